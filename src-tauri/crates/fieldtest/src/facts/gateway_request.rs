//! One request to the gateway and its acknowledgement.

use serde::{Deserialize, Serialize};

/// A request over Socket.IO, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayRequest {
    /// The gateway's name for it, such as `join-room`.
    pub name: String,
    /// From the request to the acknowledgement, or to giving up, milliseconds.
    pub took_ms: f64,
    /// What came of it.
    pub outcome: RequestOutcome,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum RequestOutcome {
    /// Not sent: there was no connection.
    #[default]
    NotSent,
    /// Answered as the protocol says.
    Answered,
    /// Refused by the gateway.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// Why, as far as it is known.
        why: Refusal,
        /// The gateway's own words, with this run's room id taken out.
        said: String,
    },
    /// Not acknowledged in time, although the connection was there.
    Silent,
    /// Answered with something that the protocol does not know.
    #[serde(rename_all = "camelCase")]
    Unreadable {
        /// Field, such as `rtpCapabilities`; `.` is the whole answer.
        path: String,
        /// What does not fit.
        reason: String,
    },
    /// The connection ended before the acknowledgement came.
    Disconnected,
}

/// Why a gateway refused, as [`signaling::Cause`] recognises it, in the words of reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// No media port is left for a transport.
    NoPorts,
    /// No media port is left for the gateway's own copy of the sound.
    NoPortsForTap,
    /// The media worker of the room died.
    WorkerDead,
    /// There is no media worker.
    NoWorkers,
    /// The session is gone: the gateway was restarted.
    NotInRoom,
    /// The router cannot send the track to this program.
    CannotConsume,
    /// The router does not take the codec or its parameters.
    Codec,
    /// Anything else.
    #[default]
    Other,
}

impl GatewayRequest {
    /// Whether it was answered as the protocol says.
    pub fn answered(&self) -> bool {
        self.outcome == RequestOutcome::Answered
    }

    /// Why it was refused, if it was.
    pub fn refusal(&self) -> Option<Refusal> {
        match &self.outcome {
            RequestOutcome::Refused { why, .. } => Some(*why),
            _ => None,
        }
    }

    /// As it is shown: what came, and after how long.
    pub fn seen(&self) -> String {
        let what = match &self.outcome {
            RequestOutcome::NotSent => return "not sent".into(),
            RequestOutcome::Answered => "answered".into(),
            RequestOutcome::Refused { said, .. } => format!("refused ({said})"),
            RequestOutcome::Silent => "no acknowledgement".into(),
            RequestOutcome::Unreadable { path, reason } => format!("unreadable ({path}: {reason})"),
            RequestOutcome::Disconnected => "connection lost".into(),
        };
        format!("{what} after {:.0} ms", self.took_ms)
    }
}
