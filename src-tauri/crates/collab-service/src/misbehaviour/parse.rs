//! Misbehaviours as text.

use std::str::FromStr;
use std::time::Duration;

use super::{Freeze, Misbehaviour, Named, Restart};

/// Why a text names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMisbehaviour {
    /// The word before the colon.
    #[error(
        "unknown misbehaviour {0:?}: known are drop-acks, refuse, silent-connect, freeze-after, \
         restart-after, none"
    )]
    Unknown(String),
    /// A time is not like `500ms`, `10s` or `2m`.
    #[error("{0:?} is not a time such as 500ms, 10s or 2m")]
    Time(String),
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
        "collab_service.invalid_misbehaviour"
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
            ("drop-acks", []) => self.drop_acks = Named::All,
            ("drop-acks", names) => {
                self.drop_acks = Named::Some(names.iter().map(|&name| name.to_owned()).collect());
            }
            ("refuse", []) => self.refuse = true,
            ("silent-connect", []) => self.silent_connect = true,
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
            ("none" | "refuse" | "silent-connect", _) => {
                return Err(wrong("nothing after its name"));
            }
            _ => return Err(InvalidMisbehaviour::Unknown(name.to_owned())),
        }
        Ok(())
    }
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

    #[test]
    fn every_misbehaviour_can_be_written() {
        let read: Misbehaviour = "drop-acks:field_completed,join_room; refuse silent-connect \
                                  freeze-after:10s,20s;restart-after:500ms,1.5s"
            .parse()
            .unwrap();
        let names = ["field_completed", "join_room"].map(str::to_owned);
        assert_eq!(
            read,
            Misbehaviour {
                drop_acks: Named::Some(names.into()),
                refuse: true,
                silent_connect: true,
                freeze: Some(Freeze {
                    after: Duration::from_secs(10),
                    lasting: Some(Duration::from_secs(20)),
                }),
                restart: Some(Restart {
                    after: Duration::from_millis(500),
                    down: Duration::from_millis(1_500),
                }),
            }
        );
        assert_eq!("refuse none".parse(), Ok(Misbehaviour::default()));
        assert_eq!(
            "drop-acks".parse::<Misbehaviour>().unwrap().drop_acks,
            Named::All
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (text, error) in [
            ("sulk", InvalidMisbehaviour::Unknown("sulk".to_owned())),
            (
                "freeze-after:soon",
                InvalidMisbehaviour::Time("soon".to_owned()),
            ),
            (
                "restart-after:1s",
                InvalidMisbehaviour::Arguments {
                    name: "restart-after".to_owned(),
                    needs: "two times: when and how long",
                },
            ),
        ] {
            assert_eq!(text.parse::<Misbehaviour>(), Err(error));
        }
    }
}
