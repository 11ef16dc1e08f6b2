//! Socket.IO: from frames to commands, in the order in which they came.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value as Json;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{ConnectHandler, FromMessageParts, MessageHandler, Value};
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::{DisconnectReason, Socket};
use socketioxide::{SocketIo, TransportType};
use tokio::sync::mpsc::UnboundedSender;

use super::actor::Command;
use crate::core::{Hello, SocketId};
use crate::{Misbehaviour, ServiceOptions};

/// Messages that may wait for a client: all fields of a full record, which a joiner is told in one
/// go, and what comes meanwhile. A client that lets more come together is dropped.
const BUFFERED_MESSAGES: usize = 16_384;

/// The layer that answers `/socket.io/`.
pub(super) fn layer(options: &ServiceOptions, door: Door) -> SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .ping_interval(options.ping_interval)
        .ping_timeout(options.ping_timeout)
        .max_payload(options.max_payload)
        .ws_max_message_size(usize::try_from(options.max_payload).unwrap_or(usize::MAX))
        .max_buffer_size(BUFFERED_MESSAGES.max(2 * options.limits.fields_per_record))
        .transports([TransportType::Polling, TransportType::Websocket])
        .build_layer();
    io.ns("/", door);
    layer
}

/// Receives connections. The library's own handlers are tasks of their own, which would let
/// frames overtake each other and lose those that follow the connection at once; these traits
/// are called in place.
#[derive(Clone)]
pub(super) struct Door {
    token: Option<Arc<str>>,
    commands: UnboundedSender<Command>,
    numbers: Arc<AtomicU64>,
    refuses: Arc<AtomicBool>,
    is_silent: Arc<AtomicBool>,
}

impl Door {
    pub(super) fn new(token: Option<String>, commands: UnboundedSender<Command>) -> Self {
        Self {
            token: token.map(Arc::from),
            commands,
            numbers: Arc::default(),
            refuses: Arc::default(),
            is_silent: Arc::default(),
        }
    }

    /// Does wrong what it is told to.
    pub(super) fn set(&self, misbehaviour: &Misbehaviour) {
        self.refuses.store(misbehaviour.refuse, Ordering::Relaxed);
        self.is_silent
            .store(misbehaviour.silent_connect, Ordering::Relaxed);
    }

    fn admits(&self, auth: Option<&Json>) -> Result<(), &'static str> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err("Connection rejected by server");
        }
        let Some(token) = &self.token else {
            return Ok(());
        };
        match auth.and_then(|auth| auth.get("token")?.as_str()) {
            Some(given) if equal(given.as_bytes(), token.as_bytes()) => Ok(()),
            Some(_) => Err("The token is wrong"),
            None => Err("A token is needed"),
        }
    }
}

/// Takes the same time wherever the two differ.
pub(super) fn equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).map(|(a, b)| a ^ b);
    one.len() == other.len() && differences.fold(0, |all, one| all | one) == 0
}

type Admission<'a> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn std::fmt::Display + Send>>> + Send + 'a>>;

impl ConnectHandler<LocalAdapter, ()> for Door {
    fn call_middleware<'a>(&'a self, _: Arc<Socket>, auth: &'a Option<Value>) -> Admission<'a> {
        Box::pin(async move {
            if self.is_silent.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            let auth = auth.as_ref().and_then(json);
            self.admits(auth.as_ref())
                .map_err(|message| Box::new(message) as _)
        })
    }

    fn call(&self, socket: Arc<Socket>, auth: Option<Value>) {
        let socket = SocketRef::from(socket);
        let number = SocketId(self.numbers.fetch_add(1, Ordering::Relaxed) + 1);
        socket.on_fallback(Ear {
            number,
            commands: self.commands.clone(),
        });
        let commands = self.commands.clone();
        socket.on_disconnect(async move |reason: DisconnectReason| {
            let in_words = reason == DisconnectReason::ClientNSDisconnect;
            let _ = commands.send(Command::Disconnected { number, in_words });
        });
        let query = socket.req_parts().uri.query().unwrap_or_default();
        let hello = Hello {
            auth: auth.as_ref().and_then(json),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        };
        let _ = self.commands.send(Command::Connected {
            number,
            socket,
            hello,
        });
    }
}

/// Receives the events of one connection.
struct Ear {
    number: SocketId,
    commands: UnboundedSender<Command>,
}

impl MessageHandler<LocalAdapter, ()> for Ear {
    fn call(&self, socket: Arc<Socket>, mut message: Value, ack_id: Option<i64>) {
        let Some((event, args)) = frame(&message) else {
            return;
        };
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut message, &ack_id);
        let _ = self.commands.send(Command::Event {
            number: self.number,
            event,
            args,
            ack: ack_id.map(|_| ack),
        });
    }
}

/// An event's name and arguments; `None` for what is no event.
fn frame(message: &Value) -> Option<(String, Vec<Json>)> {
    let Json::Array(args) = json(message)? else {
        return None;
    };
    let mut args = args.into_iter();
    let Some(Json::String(event)) = args.next() else {
        return None;
    };
    Some((event, args.collect()))
}

fn json(value: &Value) -> Option<Json> {
    match value {
        Value::Str(text, _) => serde_json::from_str(text).ok(),
        Value::Bytes(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn who_has_the_token_comes_in() {
        let door = Door::new(Some("opens".to_owned()), unbounded_channel().0);
        for wrong in [json!({ "token": "closes" }), json!({ "token": "opens " })] {
            assert_eq!(door.admits(Some(&wrong)), Err("The token is wrong"));
        }
        for none in [json!({}), json!({ "token": 1 }), json!("opens")] {
            assert_eq!(door.admits(Some(&none)), Err("A token is needed"));
        }
        assert_eq!(door.admits(None), Err("A token is needed"));
        assert_eq!(door.admits(Some(&json!({ "token": "opens" }))), Ok(()));
        let open = Door::new(None, unbounded_channel().0);
        assert_eq!(open.admits(None), Ok(()));
    }
}
