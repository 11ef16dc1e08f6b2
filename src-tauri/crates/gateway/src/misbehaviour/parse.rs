//! Misbehaviours as text.

use std::str::FromStr;
use std::time::Duration;

use hosting::{InvalidWord, needs, parts, time, words};
use signaling::wire::GATEWAY;

use super::{Freeze, Misbehaviour, Named, Restart};

const KNOWN: &str = "drop-acks, nonsense-acks, delay, delay-acks, delay-events, refuse-join, \
    freeze-after, restart-after, slow-produce, fail-audio-tap, none";

/// How late the production gateway can be with an audio producer.
const SLOW_PRODUCE: Duration = Duration::from_secs(15);

/// Why a text names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidMisbehaviour(#[from] InvalidWord);

impl InvalidMisbehaviour {
    /// Stable name of the error, for translation and for logs.
    pub fn code(&self) -> &'static str {
        "gateway_host.invalid_misbehaviour"
    }
}

impl FromStr for Misbehaviour {
    type Err = InvalidMisbehaviour;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut misbehaviour = Self::default();
        for word in words(text) {
            misbehaviour.add(word)?;
        }
        Ok(misbehaviour)
    }
}

impl Misbehaviour {
    /// Adds one misbehaviour to those already there, so that a flag may be given repeatedly.
    ///
    /// # Errors
    /// The word is none of those in the table of [`Misbehaviour`].
    pub fn add(&mut self, word: &str) -> Result<(), InvalidMisbehaviour> {
        let (name, arguments) = parts(word);
        match (name, arguments.as_slice()) {
            ("none", []) => *self = Self::default(),
            ("drop-acks", names) => self.drop_acks = requests(names)?,
            ("nonsense-acks", names) => self.nonsense_acks = requests(names)?,
            ("delay", [delay]) => {
                self.delay_acks = time(delay)?;
                self.delay_events = self.delay_acks;
            }
            ("delay-acks", [delay]) => self.delay_acks = time(delay)?,
            ("delay-events", [delay]) => self.delay_events = time(delay)?,
            ("delay" | "delay-acks" | "delay-events", _) => {
                return Err(needs(name, "one time").into());
            }
            ("refuse-join", []) => self.refuse_join = true,
            ("freeze-after", times) => self.freeze = Some(Freeze::read(times)?),
            ("restart-after", times) => self.restart = Some(Restart::read(times)?),
            ("slow-produce", []) => self.slow_produce = Some(SLOW_PRODUCE),
            ("slow-produce", [delay]) => self.slow_produce = Some(time(delay)?),
            ("fail-audio-tap", []) => self.fail_audio_tap = true,
            ("none" | "refuse-join" | "fail-audio-tap", _) => {
                return Err(needs(name, "nothing after its name").into());
            }
            _ => return Err(InvalidWord::Unknown(name.to_owned(), KNOWN).into()),
        }
        Ok(())
    }
}

fn requests(names: &[&str]) -> Result<Named, InvalidWord> {
    let is = "a request of the gateway, such as join-room or consume";
    if names.is_empty() {
        return Ok(Named::All);
    }
    names
        .iter()
        .map(|&name| {
            let row = GATEWAY.request_named(name);
            row.map(|row| row.request)
                .ok_or_else(|| InvalidWord::Argument(name.to_owned(), is))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signaling::wire::RequestName;

    #[test]
    fn every_misbehaviour_can_be_written() {
        let read: Misbehaviour =
            "drop-acks:consume,produce; nonsense-acks delay-acks:500ms;delay-events:1.5s \
             refuse-join freeze-after:10s,20s;restart-after:10s,15s slow-produce fail-audio-tap"
                .parse()
                .unwrap();
        assert_eq!(
            read,
            Misbehaviour {
                drop_acks: [RequestName::Consume, RequestName::Produce]
                    .into_iter()
                    .collect(),
                nonsense_acks: Named::All,
                delay_acks: Duration::from_millis(500),
                delay_events: Duration::from_millis(1_500),
                refuse_join: true,
                freeze: Some(Freeze {
                    after: Duration::from_secs(10),
                    lasting: Some(Duration::from_secs(20)),
                }),
                restart: Some(Restart {
                    after: Duration::from_secs(10),
                    down: Duration::from_secs(15),
                }),
                slow_produce: Some(Duration::from_secs(15)),
                fail_audio_tap: true,
            }
        );
        assert_eq!("".parse(), Ok(Misbehaviour::default()));
        assert_eq!("refuse-join none".parse(), Ok(Misbehaviour::default()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, says) in [
            ("drop-ack", "unknown misbehaviour"),
            ("delay", "one time"),
            ("delay:10", "\"10\" is not a time"),
            ("delay:-1s", "\"-1s\" is not a time"),
            ("delay:99999999999999999999999s", "is not a time"),
            ("freeze-after:10000000000000s", "is not a time"),
            ("restart-after:10s", "two times"),
            ("freeze-after", "one time, or two"),
            ("freeze-after:1s,2s,3s", "one time, or two"),
            ("drop-acks:joinroom", "is not a request"),
            ("refuse-join:now", "nothing after"),
        ] {
            let error = text.parse::<Misbehaviour>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
