//! Misbehaviours as text.

use std::str::FromStr;

use hosting::{InvalidWord, needs, parts, words};

use super::{Freeze, Misbehaviour, Named, Restart};

const KNOWN: &str = "drop-acks, refuse, silent-connect, freeze-after, restart-after, none";

/// Why a text names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidMisbehaviour(#[from] InvalidWord);

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
            ("drop-acks", []) => self.drop_acks = Named::All,
            ("drop-acks", names) => {
                self.drop_acks = Named::Some(names.iter().map(|&name| name.to_owned()).collect());
            }
            ("refuse", []) => self.refuse = true,
            ("silent-connect", []) => self.silent_connect = true,
            ("freeze-after", times) => self.freeze = Some(Freeze::read(times)?),
            ("restart-after", times) => self.restart = Some(Restart::read(times)?),
            ("none" | "refuse" | "silent-connect", _) => {
                return Err(needs(name, "nothing after its name").into());
            }
            _ => return Err(InvalidWord::Unknown(name.to_owned(), KNOWN).into()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            (
                "sulk",
                "unknown misbehaviour \"sulk\": known are drop-acks, refuse, silent-connect, \
                 freeze-after, restart-after, none",
            ),
            (
                "freeze-after:soon",
                "\"soon\" is not a time such as 500ms, 10s or 2m",
            ),
            (
                "restart-after:1s",
                "restart-after needs two times: when and how long",
            ),
        ] {
            let invalid = text.parse::<Misbehaviour>().unwrap_err();
            assert_eq!(invalid.to_string(), error);
        }
    }
}
