//! Header extensions of packets from clients.
//!
//! A client chooses the ids of its extensions and tells them only with `produce`, when ICE and
//! DTLS may long be running. str0m wants them when an instance is built. So every id is given a
//! parser that looks up at run time what the client means by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ortc::RtpHeaderExtensionParameters;
use str0m::rtp::{Extension, ExtensionMap, ExtensionSerializer, ExtensionValues};

/// Ids of the one-byte form (RFC 8285).
const IDS: std::ops::RangeInclusive<u8> = 1..=14;

const UNKNOWN: u8 = 0;
const AUDIO_LEVEL: u8 = 1;
const TRANSPORT_WIDE_CC: u8 = 2;
const VIDEO_ORIENTATION: u8 = 3;

const MEANINGS: [(&str, u8); 3] = [
    ("urn:ietf:params:rtp-hdrext:ssrc-audio-level", AUDIO_LEVEL),
    (
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        TRANSPORT_WIDE_CC,
    ),
    ("urn:3gpp:video-orientation", VIDEO_ORIENTATION),
];

/// What a client means by each id, filled in when it is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtensionTable(Arc<[AtomicU8; 15]>);

impl ExtensionTable {
    /// The map with which the client's instance is built.
    pub(crate) fn map(&self) -> ExtensionMap {
        let mut map = ExtensionMap::empty();
        for id in IDS {
            let uri = format!("urn:x-gateway:extension:{id}");
            let parser = Parser {
                id,
                table: self.clone(),
            };
            map.set(id, Extension::with_serializer(&uri, parser));
        }
        map
    }

    /// Learns the ids of a producer. Answers whether packets are numbered for the bandwidth
    /// estimation of the sender, which then expects feedback.
    pub(crate) fn learn(&self, extensions: &[RtpHeaderExtensionParameters]) -> bool {
        let mut wants_feedback = false;
        for extension in extensions {
            let meaning = MEANINGS.iter().find(|(uri, _)| *uri == extension.uri);
            let (Some((_, meaning)), Some(slot)) = (meaning, self.0.get(usize::from(extension.id)))
            else {
                continue;
            };
            slot.store(*meaning, Ordering::Relaxed);
            wants_feedback |= *meaning == TRANSPORT_WIDE_CC;
        }
        wants_feedback
    }

    fn meaning(&self, id: u8) -> u8 {
        self.0
            .get(usize::from(id))
            .map_or(UNKNOWN, |slot| slot.load(Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Parser {
    id: u8,
    table: ExtensionTable,
}

impl ExtensionSerializer for Parser {
    /// Such an instance receives only.
    fn write_to(&self, _buffer: &mut [u8], _values: &ExtensionValues) -> usize {
        0
    }

    fn parse_value(&self, bytes: &[u8], values: &mut ExtensionValues) -> bool {
        match (self.table.meaning(self.id), bytes) {
            (AUDIO_LEVEL, [level, ..]) => {
                // RFC 6464: a bit for voice, then the level in -dBov.
                values.audio_level = Some(-((level & 0x7F) as i8));
                values.voice_activity = Some(level & 0x80 != 0);
            }
            (TRANSPORT_WIDE_CC, [high, low, ..]) => {
                values.transport_cc = Some(u16::from_be_bytes([*high, *low]));
            }
            (VIDEO_ORIENTATION, [turns, ..]) => {
                values.video_orientation = Some((turns & 0b11).into());
            }
            _ => return false,
        }
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(uri: &str, id: u8) -> RtpHeaderExtensionParameters {
        RtpHeaderExtensionParameters {
            uri: uri.into(),
            id,
            encrypt: false,
            parameters: Default::default(),
        }
    }

    #[test]
    fn ids_mean_nothing_until_they_are_learnt() {
        let table = ExtensionTable::default();
        let parser = Parser {
            id: 6,
            table: table.clone(),
        };
        let mut values = ExtensionValues::default();
        assert!(!parser.parse_value(&[0x80 | 30], &mut values));
        assert_eq!(values.audio_level, None);

        assert!(!table.learn(&[extension(MEANINGS[0].0, 6), extension("urn:other", 7)]));
        assert!(parser.parse_value(&[0x80 | 30], &mut values));
        assert_eq!(values.audio_level, Some(-30));
        assert_eq!(values.voice_activity, Some(true));
        assert!(!parser.parse_value(&[], &mut values));
    }

    #[test]
    fn feedback_is_wanted_with_transport_wide_numbers_only() {
        let table = ExtensionTable::default();
        assert!(table.learn(&[extension(MEANINGS[1].0, 3)]));
        assert!(!table.learn(&[extension(MEANINGS[1].0, 200)]));
    }
}
