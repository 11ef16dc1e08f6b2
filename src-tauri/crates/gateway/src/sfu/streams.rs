//! Producers and consumers of the engine.

use std::collections::HashSet;
use std::time::Instant;

use ortc::{MediaKind, RtpParameters};
use str0m::media::{KeyframeRequestKind, MediaKind as Str0mKind, Mid};

use super::sequence::Sequencer;
use super::{ConsumerKey, ProducerKey, Sfu, TransportKey};

/// What a producer is to be made of.
pub(crate) struct ProducerSetup<'a> {
    pub transport: TransportKey,
    pub kind: MediaKind,
    pub parameters: &'a RtpParameters,
}

/// What a consumer is to be made of; all numbers are the router's.
pub(crate) struct ConsumerSetup {
    pub transport: TransportKey,
    pub producer: ProducerKey,
    pub kind: MediaKind,
    pub payload_type: u8,
    pub ssrc: u32,
    pub rtx_ssrc: Option<u32>,
    /// Sequence number of its first packet.
    pub first_sequence: u16,
}

pub(super) struct Producer {
    pub(super) transport: TransportKey,
    pub(super) consumers: Vec<ConsumerKey>,
    pub(super) paused: bool,
    /// Highest sequence number so far, without wrapping.
    pub(super) last_sequence: u64,
    pub(super) last_packet: Option<Instant>,
    /// Of the stream that is forwarded and its retransmissions.
    ssrcs: Vec<u32>,
    /// Under which the engine knows the streams.
    mids: Vec<Mid>,
}

pub(super) struct Consumer {
    pub(super) transport: TransportKey,
    pub(super) producer: ProducerKey,
    pub(super) kind: MediaKind,
    pub(super) payload_type: u8,
    pub(super) ssrc: u32,
    pub(super) paused: bool,
    pub(super) sequencer: Sequencer,
    mid: Mid,
}

fn str0m_kind(kind: MediaKind) -> Str0mKind {
    match kind {
        MediaKind::Audio => Str0mKind::Audio,
        MediaKind::Video => Str0mKind::Video,
    }
}

impl Sfu {
    /// Accepts a producer's packets from now on. The error is mediasoup's text.
    pub(crate) fn produce(&mut self, setup: &ProducerSetup<'_>) -> Result<ProducerKey, String> {
        let key = ProducerKey(self.next_key());
        let transport = self
            .transports
            .get_mut(&setup.transport)
            .ok_or("Transport not found")?;
        let parameters = setup.parameters;
        let mut claimed = HashSet::new();
        for ssrc in parameters.encodings.iter().flat_map(|encoding| {
            let rtx = encoding.rtx.map(|rtx| rtx.ssrc);
            encoding.ssrc.into_iter().chain(rtx)
        }) {
            // 0 is what probes for bandwidth are sent under.
            if ssrc == 0 || transport.ssrcs.contains_key(&ssrc) || !claimed.insert(ssrc) {
                return Err(format!(
                    "ssrc already exists in RTP listener [ssrc:{ssrc}] [method:transport.produce]"
                ));
            }
        }
        if let Some(mid) = &parameters.mid {
            if transport.client_mids.contains_key(mid) {
                return Err(format!(
                    "MID already exists in RTP listener [mid:{mid}] [method:transport.produce]"
                ));
            }
            transport.client_mids.insert(mid.clone(), key);
        }
        let feedback = transport.extensions.learn(&parameters.header_extensions);
        let repeats = parameters.codecs.first().is_some_and(|codec| {
            codec
                .rtcp_feedback
                .iter()
                .any(|feedback| feedback.kind == "nack" && feedback.parameter.is_empty())
        });
        let mut direct = transport.rtc.direct_api();
        if feedback {
            direct.enable_twcc_feedback();
        }
        let (mut ssrcs, mut mids) = (Vec::new(), Vec::new());
        // Of several layers the last, which is the best one, is forwarded.
        let encoding = parameters.encodings.iter().rfind(|e| e.ssrc.is_some());
        if let Some(encoding) = encoding {
            let media = encoding.ssrc.map(|ssrc| (ssrc, false));
            let rtx = encoding.rtx.map(|rtx| (rtx.ssrc, true));
            for (ssrc, is_rtx) in media.into_iter().chain(rtx) {
                let mid =
                    Mid::from(format!("{}{}", if is_rtx { 'r' } else { 'p' }, key.0).as_str());
                direct.declare_media(mid, str0m_kind(setup.kind));
                direct
                    .expect_stream_rx(ssrc.into(), None, mid, None)
                    .suppress_nack(is_rtx || !repeats);
                transport.ssrcs.insert(ssrc, (key, is_rtx));
                ssrcs.push(ssrc);
                mids.push(mid);
            }
        }
        self.producers.insert(
            key,
            Producer {
                transport: setup.transport,
                consumers: Vec::new(),
                paused: false,
                last_sequence: 0,
                last_packet: None,
                ssrcs,
                mids,
            },
        );
        self.stirred.push(setup.transport);
        Ok(key)
    }

    /// Ends a producer with its consumers.
    pub(crate) fn close_producer(&mut self, key: ProducerKey) {
        let Some(producer) = self.producers.remove(&key) else {
            return;
        };
        for consumer in producer.consumers {
            self.close_consumer(consumer);
        }
        if let Some(transport) = self.transports.get_mut(&producer.transport) {
            let mut direct = transport.rtc.direct_api();
            for ssrc in producer.ssrcs {
                direct.remove_stream_rx(ssrc.into());
                transport.ssrcs.remove(&ssrc);
            }
            for mid in producer.mids {
                direct.remove_media(mid);
            }
            transport.client_mids.retain(|_, owner| *owner != key);
            self.stirred.push(producer.transport);
        }
    }

    /// Stops or continues the forwarding of a producer.
    pub(crate) fn pause_producer(&mut self, key: ProducerKey, paused: bool) {
        let Some(producer) = self.producers.get_mut(&key) else {
            return;
        };
        producer.paused = paused;
        for consumer in &producer.consumers {
            if let Some(consumer) = self.consumers.get_mut(consumer) {
                consumer.sequencer.pause();
            }
        }
    }

    /// When the last packet of a producer came.
    pub(crate) fn last_packet(&self, key: ProducerKey) -> Option<Instant> {
        self.producers.get(&key)?.last_packet
    }

    /// Makes a consumer, which starts paused, and its MID.
    pub(crate) fn consume(&mut self, setup: ConsumerSetup) -> Option<(ConsumerKey, String)> {
        let key = ConsumerKey(self.next_key());
        let producer = self.producers.get_mut(&setup.producer)?;
        let transport = self.transports.get_mut(&setup.transport)?;
        let name = transport.next_mid.to_string();
        transport.next_mid += 1;
        let mid = Mid::from(name.as_str());
        let mut direct = transport.rtc.direct_api();
        direct.declare_media(mid, str0m_kind(setup.kind));
        direct.declare_stream_tx(setup.ssrc.into(), setup.rtx_ssrc.map(Into::into), mid, None);
        transport.consumer_mids.insert(mid, key);
        producer.consumers.push(key);
        self.consumers.insert(
            key,
            Consumer {
                transport: setup.transport,
                producer: setup.producer,
                kind: setup.kind,
                payload_type: setup.payload_type,
                ssrc: setup.ssrc,
                paused: true,
                sequencer: Sequencer::new(setup.first_sequence),
                mid,
            },
        );
        self.stirred.push(setup.transport);
        Some((key, name))
    }

    /// Whether a consumer still exists.
    pub(crate) fn has_consumer(&self, key: ConsumerKey) -> bool {
        self.consumers.contains_key(&key)
    }

    /// Stops or continues a consumer. A picture starts with a key frame.
    pub(crate) fn pause_consumer(&mut self, key: ConsumerKey, paused: bool) {
        let Some(consumer) = self.consumers.get_mut(&key) else {
            return;
        };
        if consumer.paused == paused {
            return;
        }
        consumer.paused = paused;
        consumer.sequencer.pause();
        if !paused && consumer.kind == MediaKind::Video {
            let producer = consumer.producer;
            self.request_keyframe(producer);
        }
    }

    fn close_consumer(&mut self, key: ConsumerKey) {
        let Some(consumer) = self.consumers.remove(&key) else {
            return;
        };
        if let Some(transport) = self.transports.get_mut(&consumer.transport) {
            let mut direct = transport.rtc.direct_api();
            direct.remove_stream_tx(consumer.ssrc.into());
            direct.remove_media(consumer.mid);
            transport.consumer_mids.remove(&consumer.mid);
            self.stirred.push(consumer.transport);
        }
    }

    /// A receiver of a consumer needs a key frame.
    pub(super) fn pass_on_keyframe_request(&mut self, transport: TransportKey, mid: Mid) {
        let consumer = self
            .transports
            .get(&transport)
            .and_then(|transport| transport.consumer_mids.get(&mid))
            .and_then(|key| self.consumers.get(key));
        if let Some(consumer) = consumer {
            let producer = consumer.producer;
            self.request_keyframe(producer);
        }
    }

    fn request_keyframe(&mut self, key: ProducerKey) {
        let Some(producer) = self.producers.get(&key) else {
            return;
        };
        let Some(transport) = self.transports.get_mut(&producer.transport) else {
            return;
        };
        let mut direct = transport.rtc.direct_api();
        if let Some(ssrc) = producer.ssrcs.first()
            && let Some(stream) = direct.stream_rx(&(*ssrc).into())
        {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            self.stirred.push(producer.transport);
        }
    }
}
