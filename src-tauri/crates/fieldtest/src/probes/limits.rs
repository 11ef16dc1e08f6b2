//! Time-outs and sizes of the probes, in one place.

use std::time::Duration;

/// Longest wait for TCP and TLS of one connection.
pub const CONNECT: Duration = Duration::from_secs(4);

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
