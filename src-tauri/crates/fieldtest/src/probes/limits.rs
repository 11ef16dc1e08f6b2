//! Time-outs and sizes of the probes, in one place.

use std::time::Duration;

/// Longest wait for TCP and TLS of one connection.
pub const CONNECT: Duration = Duration::from_secs(4);

/// Most addresses of one host that are tried.
pub const ADDRESSES: usize = 6;

/// Most bytes of a body that are read.
pub const BODY_BYTES: usize = 64 * 1024;

/// Most bytes of the head of an answer.
pub const HEAD_BYTES: usize = 32 * 1024;

/// Most headers of an answer.
pub const HEADERS: usize = 100;

/// Most frames of a websocket that are kept.
pub const FRAMES: usize = 100;

/// Largest websocket message that is accepted, bytes.
pub const MESSAGE_BYTES: usize = 1 << 20;

/// Longest wait for the end of a websocket that this side closes.
pub const CLOSE: Duration = Duration::from_millis(300);

/// Longest wait for an answer of Socket.IO at first. Both transports silent must be known before 8 s
/// have passed.
pub const QUICK_ANSWER: Duration = Duration::from_millis(3_700);

/// Longest wait for a proxy that may give up later; nginx does so after 60 s.
pub const PATIENT_ANSWER: Duration = Duration::from_secs(70);

/// How long a namespace that has answered is listened to, for a disconnect that follows.
pub const AFTER_NAMESPACE: Duration = Duration::from_millis(200);

/// A further session is begun only when this much time is left.
pub const REPEAT: Duration = Duration::from_secs(2);
