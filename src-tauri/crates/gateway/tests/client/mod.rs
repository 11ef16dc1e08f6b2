//! A client that speaks Socket.IO frame by frame, as recorded, and knows nothing of the product.
#![allow(dead_code)] // Each test program uses a part of it.

pub mod peer;
pub mod recorded;

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use gateway::{Gateway, GatewayOptions};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway on a free port.
pub fn gateway() -> Gateway {
    gateway::start(GatewayOptions::default()).expect("a gateway starts")
}

/// A gateway that misbehaves.
pub fn misbehaving(how: &str) -> Gateway {
    gateway::start(GatewayOptions {
        misbehaviour: how.parse().expect("a misbehaviour"),
        ..GatewayOptions::default()
    })
    .expect("a gateway starts")
}

/// Waits until `condition` holds.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !condition() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub struct Client {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Events that nobody has asked for yet.
    events: VecDeque<(String, Value)>,
    /// Acknowledgements likewise.
    acks: VecDeque<(u64, Vec<Value>)>,
    next_id: u64,
    pub pings: u64,
    pub open: Value,
    pub socket_id: String,
}

/// What came over the connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    Event(String, Value),
    Ack(u64, Vec<Value>),
    Other(String),
}

impl Client {
    pub async fn connect(gateway: &Gateway) -> Self {
        Self::try_connect(gateway).await.expect("a connection")
    }

    pub async fn try_connect(gateway: &Gateway) -> Option<Self> {
        let url = format!(
            "ws://{}/socket.io/?EIO=4&transport=websocket",
            gateway.local_addr()
        );
        let (stream, _) = tokio_tungstenite::connect_async(url).await.ok()?;
        let mut client = Self {
            stream,
            events: VecDeque::new(),
            acks: VecDeque::new(),
            next_id: 0,
            pings: 0,
            open: Value::Null,
            socket_id: String::new(),
        };
        let open = client.text().await?;
        client.open = serde_json::from_str(open.strip_prefix('0')?).ok()?;
        client.send("40").await;
        let Incoming::Other(connected) = client.incoming().await? else {
            return None;
        };
        let connected: Value = serde_json::from_str(connected.strip_prefix("40")?).ok()?;
        client.socket_id = connected["sid"].as_str()?.to_owned();
        Some(client)
    }

    /// Sends a frame as it is.
    pub async fn send(&mut self, frame: &str) {
        self.stream
            .send(Message::text(frame.to_owned()))
            .await
            .expect("an open connection");
    }

    /// The next message; `None` when the connection has ended.
    async fn text(&mut self) -> Option<String> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Text(text) => return Some(text.to_string()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next frame; pings are answered on the way. `None` when the connection has ended.
    pub async fn incoming(&mut self) -> Option<Incoming> {
        loop {
            let text = self.text().await?;
            if text == "2" {
                self.pings += 1;
                self.send("3").await;
                continue;
            }
            return Some(parse(&text));
        }
    }

    async fn pump(&mut self) {
        let incoming = tokio::time::timeout(PATIENCE, self.incoming()).await;
        match incoming
            .expect("a frame in time")
            .expect("an open connection")
        {
            Incoming::Event(name, data) => self.events.push_back((name, data)),
            Incoming::Ack(id, args) => self.acks.push_back((id, args)),
            Incoming::Other(frame) => panic!("unexpected frame {frame}"),
        }
    }

    /// Waits for the end of the connection.
    pub async fn ended(&mut self) {
        let end = async { while self.incoming().await.is_some() {} };
        tokio::time::timeout(PATIENCE, end).await.expect("an end");
    }

    /// Sends a request and waits for its acknowledgement.
    pub async fn ask(&mut self, event: &str, data: Option<Value>) -> Vec<Value> {
        let id = self.post(event, data).await;
        self.ack(id).await
    }

    /// Sends a request, without waiting; answers its number.
    pub async fn post(&mut self, event: &str, data: Option<Value>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let args: Vec<Value> = std::iter::once(event.into()).chain(data).collect();
        self.send(&format!("42{id}{}", json!(args))).await;
        id
    }

    /// Sends an event that is not acknowledged.
    pub async fn tell(&mut self, event: &str, data: Value) {
        self.send(&format!("42{}", json!([event, data]))).await;
    }

    pub async fn ack(&mut self, id: u64) -> Vec<Value> {
        loop {
            if let Some(at) = self.acks.iter().position(|(acked, _)| *acked == id) {
                return self.acks.remove(at).expect("just found").1;
            }
            self.pump().await;
        }
    }

    /// Waits for an event of that name.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(at) = self.events.iter().position(|(known, _)| known == name) {
                return self.events.remove(at).expect("just found").1;
            }
            self.pump().await;
        }
    }

    /// Events that came and were not asked for. Asks the gateway something first, so that all it
    /// had sent before is here.
    pub async fn unasked(&mut self) -> Vec<String> {
        self.ask("resume-consumer", Some(json!({ "consumerId": "none" })))
            .await;
        self.events.iter().map(|(name, _)| name.clone()).collect()
    }

    pub fn has_ack(&self, id: u64) -> bool {
        self.acks.iter().any(|(acked, _)| *acked == id)
    }

    pub async fn join(&mut self, room: &str, name: &str) -> Value {
        let data = json!({ "roomId": room, "name": name });
        let mut args = self.ask("join-room", Some(data)).await;
        let joined = args.pop().expect("an answer");
        assert_eq!(joined["success"], true, "{joined}");
        joined
    }
}

pub fn parse(frame: &str) -> Incoming {
    let (kind, rest) = frame.split_at_checked(2).unwrap_or((frame, ""));
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    let (id, args) = rest.split_at(digits);
    let args: Vec<Value> = serde_json::from_str(args).unwrap_or_default();
    match kind {
        "42" if id.is_empty() => {
            let mut args = args.into_iter();
            let name = args
                .next()
                .and_then(|name| name.as_str().map(str::to_owned));
            Incoming::Event(name.unwrap_or_default(), args.next().unwrap_or(Value::Null))
        }
        "43" => Incoming::Ack(id.parse().unwrap_or_default(), args),
        _ => Incoming::Other(frame.to_owned()),
    }
}
