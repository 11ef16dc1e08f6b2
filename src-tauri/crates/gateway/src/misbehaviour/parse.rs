//! Misbehaviours as text.

use std::str::FromStr;
use std::time::Duration;

use signaling::wire::GATEWAY;

use super::{Freeze, Misbehaviour, Named, Restart};

/// How late the production gateway can be with an audio producer.
const SLOW_PRODUCE: Duration = Duration::from_secs(15);

/// Why a text names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMisbehaviour {
    /// The word before the colon.
    #[error(
        "unknown misbehaviour {0:?}: known are drop-acks, nonsense-acks, delay, delay-acks, \
         delay-events, refuse-join, freeze-after, restart-after, slow-produce, fail-audio-tap, none"
    )]
    Unknown(String),
    /// A time is not like `500ms`, `10s` or `2m`.
    #[error("{0:?} is not a time such as 500ms, 10s or 2m")]
    Time(String),
    /// A request name is not the gateway's.
    #[error("{0:?} is not a request of the gateway, such as join-room or consume")]
    Request(String),
    /// Something is missing after the colon, or there is too much.
    #[error("{name} needs {needs}")]
    Arguments {
        /// The misbehaviour.
        name: String,
        /// What it needs.
        needs: &'static str,
    },
}

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
        let words = text.split(|c: char| c == ';' || c.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
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
        let (name, arguments) = match word.split_once(':') {
            Some((name, arguments)) => (name, arguments.split(',').collect()),
            None => (word, Vec::new()),
        };
        let wrong = |needs| InvalidMisbehaviour::Arguments {
            name: name.to_owned(),
            needs,
        };
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
            ("delay" | "delay-acks" | "delay-events", _) => return Err(wrong("one time")),
            ("refuse-join", []) => self.refuse_join = true,
            ("freeze-after", [after, lasting @ ..]) if lasting.len() < 2 => {
                self.freeze = Some(Freeze {
                    after: time(after)?,
                    lasting: lasting.first().copied().map(time).transpose()?,
                });
            }
            ("freeze-after", _) => return Err(wrong("one time, or two: when and how long")),
            ("restart-after", [after, down]) => {
                self.restart = Some(Restart {
                    after: time(after)?,
                    down: time(down)?,
                });
            }
            ("restart-after", _) => return Err(wrong("two times: when and how long")),
            ("slow-produce", []) => self.slow_produce = Some(SLOW_PRODUCE),
            ("slow-produce", [delay]) => self.slow_produce = Some(time(delay)?),
            ("fail-audio-tap", []) => self.fail_audio_tap = true,
            ("none" | "refuse-join" | "fail-audio-tap", _) => {
                return Err(wrong("nothing after its name"));
            }
            _ => return Err(InvalidMisbehaviour::Unknown(name.to_owned())),
        }
        Ok(())
    }
}

fn requests(names: &[&str]) -> Result<Named, InvalidMisbehaviour> {
    if names.is_empty() {
        return Ok(Named::All);
    }
    names
        .iter()
        .map(|name| {
            GATEWAY
                .request_named(name)
                .map(|row| row.request)
                .ok_or_else(|| InvalidMisbehaviour::Request((*name).to_owned()))
        })
        .collect()
}

fn time(text: &str) -> Result<Duration, InvalidMisbehaviour> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(InvalidMisbehaviour::Time(text.to_owned())),
    };
    number
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * seconds).ok())
        .ok_or_else(|| InvalidMisbehaviour::Time(text.to_owned()))
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
