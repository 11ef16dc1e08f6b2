//! Ways to carry Engine.IO packets.

/// What carries the packets of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// A websocket.
    WebSocket,
    /// Long polling over HTTP.
    Polling,
}
