//! Socket.IO: from frames to commands, in the order in which they came.

use std::sync::Arc;

use serde_json::Value as Json;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{ConnectHandler, FromMessageParts, MessageHandler, Value};
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::Socket;
use socketioxide::{SocketIo, TransportType};
use tokio::sync::mpsc::UnboundedSender;

use super::actor::Command;
use crate::GatewayOptions;
use crate::rooms::Frame;

/// Messages that may wait for a client which does not read.
const BUFFERED_MESSAGES: usize = 4_096;

/// The layer that answers `/socket.io/`.
pub(super) fn layer(options: &GatewayOptions, commands: UnboundedSender<Command>) -> SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .ping_interval(options.ping_interval)
        .ping_timeout(options.ping_timeout)
        .max_payload(options.max_payload)
        .ws_max_message_size(usize::try_from(options.max_payload).unwrap_or(usize::MAX))
        .max_buffer_size(BUFFERED_MESSAGES)
        .transports([TransportType::Polling, TransportType::Websocket])
        .build_layer();
    io.ns("/", Door { commands });
    layer
}

/// Receives connections. The library's own handlers are tasks of their own, which would let
/// frames overtake each other and lose those that follow the connection at once; these traits
/// are called in place.
#[derive(Clone)]
struct Door {
    commands: UnboundedSender<Command>,
}

impl ConnectHandler<LocalAdapter, ()> for Door {
    fn call(&self, socket: Arc<Socket>, _auth: Option<Value>) {
        let socket = SocketRef::from(socket);
        socket.on_fallback(Ear {
            commands: self.commands.clone(),
        });
        let commands = self.commands.clone();
        socket.on_disconnect(async move |socket: SocketRef| {
            let _ = commands.send(Command::Disconnected(socket.id));
        });
        let _ = self.commands.send(Command::Connected(socket));
    }
}

/// Receives the events of one connection.
struct Ear {
    commands: UnboundedSender<Command>,
}

impl MessageHandler<LocalAdapter, ()> for Ear {
    fn call(&self, socket: Arc<Socket>, mut message: Value, ack_id: Option<i64>) {
        let Some(frame) = frame(&message, ack_id.is_some()) else {
            return;
        };
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut message, &ack_id);
        let _ = self.commands.send(Command::Frame {
            socket: socket.id,
            frame,
            ack,
        });
    }
}

/// An event's name and arguments; `None` for binary events and what is no event, which the
/// gateway does not know.
fn frame(message: &Value, wants_reply: bool) -> Option<Frame> {
    let Value::Str(text, _) = message else {
        return None;
    };
    let mut args = serde_json::from_str::<Vec<Json>>(text).ok()?.into_iter();
    let Some(Json::String(event)) = args.next() else {
        return None;
    };
    Some(Frame {
        event,
        args: args.collect(),
        wants_reply,
    })
}
