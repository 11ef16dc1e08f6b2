//! Exit codes that mean something.

use std::process::ExitCode;

use fieldtest::Rung;

/// Told by `--help`.
pub const HELP: &str = "Exit codes:
  0  the call ended as it should (left, time over, interrupted); the doctor found nothing broken
  1  something else failed
  2  wrong usage, or a link that leads nowhere
  3  the gateway was not found or not reached (doctor: address, TLS, site, services,
     endpoint, transports)
  4  the gateway or the room refused (doctor: Socket.IO, vocabulary, room, capacity)
  5  the media connection failed (doctor: ICE, relay, DTLS, sound)
  6  the sound system failed (doctor: this computer)
  7  load: the deployment began to fail, or somebody did not receive what they should;
     probe: a round failed";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// As it should.
    Ok,
    /// For a reason without a code of its own.
    Failed,
    /// Wrong usage, or a malformed link.
    Usage,
    /// The gateway was not found or not reached.
    Unreachable,
    /// The gateway or the room refused.
    Refused,
    /// No media path.
    Media,
    /// No sound.
    Sound,
    /// A deployment that does not hold what it should.
    Failing,
}

impl Exit {
    /// By the stable code of an error.
    pub fn of(code: &str) -> Self {
        let (scope, rest) = code.split_once('.').unwrap_or((code, ""));
        match (scope, rest) {
            ("link", _) => Self::Usage,
            ("gateway", "settings") => Self::Usage,
            (
                "gateway",
                "unknown-host" | "unreachable" | "no-answer" | "none-here" | "down" | "certificate"
                | "insecure" | "proxy" | "connection-refused" | "not-connected" | "disconnected",
            ) => Self::Unreachable,
            ("gateway", _) => Self::Refused,
            ("media" | "ortc", _) => Self::Media,
            ("audio", _) => Self::Sound,
            ("load", _) => Self::Usage,
            _ => Self::Failed,
        }
    }

    /// By the lowest rung that failed in a field test.
    pub fn of_rung(rung: Rung) -> Self {
        match rung {
            Rung::Link => Self::Usage,
            Rung::Address
            | Rung::Tls
            | Rung::Site
            | Rung::Services
            | Rung::Endpoint
            | Rung::Polling
            | Rung::Websocket => Self::Unreachable,
            Rung::Namespace | Rung::Vocabulary | Rung::Room | Rung::Capacity => Self::Refused,
            Rung::Ice | Rung::Turn | Rung::Dtls | Rung::Media => Self::Media,
            Rung::Machine => Self::Sound,
            Rung::Cors | Rung::Pipeline => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::Refused => 4,
            Exit::Media => 5,
            Exit::Sound => 6,
            Exit::Failing => 7,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_code() {
        assert_eq!(Exit::of("link.no-room"), Exit::Usage);
        assert_eq!(Exit::of("gateway.unknown-host"), Exit::Unreachable);
        assert_eq!(Exit::of("gateway.full"), Exit::Refused);
        assert_eq!(Exit::of("gateway.timeout"), Exit::Refused);
        assert_eq!(Exit::of("media.unreachable"), Exit::Media);
        assert_eq!(Exit::of("audio.busy"), Exit::Sound);
        assert_eq!(Exit::of("something"), Exit::Failed);
    }
}
