//! DTLS, and a known sound through the SFU and back.

use serde::{Deserialize, Serialize};

use super::GatewayRequest;

/// DTLS of the transports of this run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DtlsFacts {
    /// Role that the media server takes: `auto`, `server`, `client`.
    pub role: String,
    /// Hashes of its fingerprints.
    pub fingerprints: Vec<String>,
    /// Every transport: sending, receiving, and that of the second participant.
    pub transports: Vec<TransportFacts>,
}

/// The life of one transport.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransportFacts {
    /// `send`, `receive`, `second`.
    pub name: String,
    /// `connect-webrtc-transport`.
    pub connect: GatewayRequest,
    /// Path that ICE selected, such as `UDP4`, `TCP4`, `UDP4 relay`; none if it selected none.
    pub path: Option<String>,
    /// From the acknowledgement to keys, milliseconds; none if it did not come to that.
    pub connected_ms: Option<f64>,
    /// Whether this program refused the server's parameters, and why.
    pub refused: Option<String>,
    /// Whether the transport failed by itself before the time was over.
    pub failed: bool,
}

/// A known sound through the SFU.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MediaFacts {
    /// `produce`.
    pub produce: GatewayRequest,
    /// Packets sent.
    pub sent: u64,
    /// What the router reported of them; none if no report came.
    pub uplink: Option<UplinkReport>,
    /// Level of what was sent while it sounded, dBFS.
    pub sent_level_dbfs: f64,
    /// What came back, by whom it was received.
    pub received: Vec<Reception>,
}

/// The router's reception reports of what was sent (RFC 3550).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UplinkReport {
    /// Packets that the router misses.
    pub lost: i64,
    /// Share lost, 0 to 1.
    pub loss: f64,
    /// Interarrival jitter, milliseconds.
    pub jitter_ms: f64,
    /// Round trip, milliseconds.
    pub round_trip_ms: Option<f64>,
}

/// One consumer of the sound.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reception {
    /// `self` consumes its own sound, `second` is another participant.
    pub by: String,
    /// `consume`.
    pub consume: GatewayRequest,
    /// `resume-consumer`, sent again when nothing came.
    pub resumes: Vec<GatewayRequest>,
    /// Time from the first resume to the first packet, milliseconds.
    pub first_packet_ms: Option<f64>,
    /// Packets received.
    pub packets: u64,
    /// Share of packets lost on the way up and down together, 0 to 1.
    pub loss: f64,
    /// Interarrival jitter, milliseconds.
    pub jitter_ms: f64,
    /// Level of what was received while it sounded, dBFS; none if it was silent throughout.
    pub level_dbfs: Option<f64>,
    /// Delays of recognised sounds, from sending to arrival, milliseconds.
    pub delays_ms: Vec<f64>,
    /// Sounds recognised.
    pub right: u32,
    /// Sounds in whose place something else was heard.
    pub wrong: u32,
    /// Sounds in whose place there was nothing.
    pub missing: u32,
}

impl MediaFacts {
    /// Loss on the way down alone: what a consumer misses and the router did not.
    pub fn downlink_loss(&self, reception: &Reception) -> f64 {
        let up = self.uplink.map_or(0.0, |report| report.loss);
        (reception.loss - up).clamp(0.0, 1.0)
    }
}

impl Reception {
    /// Median of the delays.
    pub fn delay_ms(&self) -> Option<f64> {
        let mut delays = self.delays_ms.clone();
        delays.sort_by(f64::total_cmp);
        delays.get(delays.len() / 2).copied()
    }
}
