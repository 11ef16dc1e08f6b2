//! Holds connections of Socket.IO open while nobody speaks, to see whether something on the way
//! cuts them. Pings are answered as in a call.

use std::io::ErrorKind;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use socketio::packet::{EnginePacket, Frame, Handshake, decode_engine, decode_payload};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use super::connect::{Endpoint, Network};
use super::http::{exchange, request};
use super::limits::QUICK_ANSWER;
use super::signaling::{Cookies, polling_target, websocket_target};
use super::websocket::{Socket, close, open};
use crate::engineio::polling_handshake;
use crate::facts::{Exchange, FaultKind, HeldConnection, HoldEnd, IdleFacts};

/// Pings after which a polling session is left.
const POLLING_PINGS: u32 = 2;

const CONNECT_NAMESPACE: &str = "40";
const DISCONNECT: &str = "41";
const PONG: &str = "3";
/// Status of a close frame without one (RFC 6455, 7.1.5).
const NO_CODE: u16 = 1005;
/// Packets of one polling body are joined by U+001E: out of the namespace, and out of the engine.
const LEAVE: &str = "41\u{1e}1";

/// Holds a websocket and a polling session, both from nothing, for so long.
pub async fn hold(network: &Network, server: &Url, path: &str, duration: Duration) -> IdleFacts {
    let endpoint = Endpoint::new(server.clone());
    let way = Way {
        network,
        endpoint: &endpoint,
        path,
    };
    let (websocket, polling) = tokio::join!(way.websocket(duration), way.polling(duration));
    let interval = websocket.0.or(polling.0);
    IdleFacts {
        ping_interval_s: interval.map(|interval| interval.as_secs_f64()),
        websocket: websocket.1,
        polling: polling.1,
    }
}

/// The ping interval, and what became of the connection.
type Seen = (Option<Duration>, Option<HeldConnection>);

struct Way<'a> {
    network: &'a Network,
    endpoint: &'a Endpoint,
    path: &'a str,
}

impl Way<'_> {
    async fn websocket(&self, duration: Duration) -> Seen {
        let until = Instant::now() + duration;
        let asked = request("GET", &websocket_target(self.path, None), &[]);
        let (_, socket) = open(self.network, self.endpoint, asked, QUICK_ANSWER).await;
        let Some(mut socket) = socket else {
            return (None, None);
        };
        let mut held = None;
        let end = listen(&mut socket, &mut held, until).await;
        let Some(held) = held else {
            return (None, None);
        };
        // Before the farewell, which takes its time.
        let seen = held.seen(end);
        let _ = socket.send(Message::text(DISCONNECT)).await;
        close(&mut socket).await;
        seen
    }

    async fn polling(&self, duration: Duration) -> Seen {
        let until = Instant::now() + duration;
        let target = polling_target(self.path, None);
        let asked = request("GET", &target, &[("Accept", "*/*")]);
        let answer = exchange(self.network, self.endpoint, asked, QUICK_ANSWER).await;
        let Some(handshake) = polling_handshake(&answer) else {
            return (None, None);
        };
        let mut held = Held::new(&handshake);
        let session = Session {
            way: self,
            target: polling_target(self.path, Some(&handshake.sid)),
            cookies: Cookies::of(&answer),
        };
        session.post(CONNECT_NAMESPACE).await;
        let end = session.listen(&mut held, until).await;
        let seen = held.seen(end);
        session.post(LEAVE).await;
        seen
    }
}

/// A connection while it is held.
#[derive(Debug)]
struct Held {
    opened: Instant,
    /// When something passed last.
    last: Instant,
    pings: u32,
    ping_interval: Duration,
    /// Without anything from the server for so long, it is not there any more.
    patience: Duration,
}

impl Held {
    fn new(handshake: &Handshake) -> Self {
        Self {
            opened: Instant::now(),
            last: Instant::now(),
            pings: 0,
            ping_interval: handshake.ping_interval,
            patience: handshake
                .ping_interval
                .saturating_add(handshake.ping_timeout),
        }
    }

    fn heard(&mut self) {
        self.last = Instant::now();
    }

    fn seen(self, end: HoldEnd) -> Seen {
        let connection = HeldConnection {
            held_s: self.opened.elapsed().as_secs_f64(),
            quiet_s: self.last.elapsed().as_secs_f64(),
            pings: self.pings,
            end,
        };
        (Some(self.ping_interval), Some(connection))
    }
}

/// Answers pings until the end, or until `until`. `held` is filled by the handshake.
async fn listen(socket: &mut Socket, held: &mut Option<Held>, until: Instant) -> HoldEnd {
    loop {
        let silence = match held {
            Some(held) => held.last + held.patience,
            None => Instant::now() + QUICK_ANSWER,
        };
        let message = tokio::select! {
            message = socket.next() => message,
            () = sleep_until(until) => return HoldEnd::Held,
            () = sleep_until(silence) => return HoldEnd::Silent,
        };
        let text = match message {
            None => return HoldEnd::Closed,
            Some(Err(error)) => return lost(&error),
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map_or(NO_CODE, |frame| frame.code.into());
                return HoldEnd::CloseFrame { code };
            }
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => continue,
        };
        if let Some(held) = held {
            held.heard();
        }
        let answer = match decode_engine(&text) {
            Ok(EnginePacket::Open(json)) => {
                let handshake = Handshake::parse(json).ok();
                *held = handshake.map(|handshake| Held::new(&handshake));
                CONNECT_NAMESPACE
            }
            Ok(EnginePacket::Ping(_)) => {
                if let Some(held) = held {
                    held.pings = held.pings.saturating_add(1);
                }
                PONG
            }
            Ok(EnginePacket::Close) => return HoldEnd::EngineClosed,
            Ok(EnginePacket::Message("1")) => return HoldEnd::Disconnected,
            _ => continue,
        };
        if let Err(error) = socket.send(Message::text(answer)).await {
            return lost(&error);
        }
    }
}

fn lost(error: &Error) -> HoldEnd {
    match error {
        Error::Io(error) if error.kind() == ErrorKind::ConnectionReset => HoldEnd::Reset,
        _ => HoldEnd::Closed,
    }
}

struct Session<'a> {
    way: &'a Way<'a>,
    target: String,
    cookies: Cookies,
}

impl Session<'_> {
    async fn ask(&self, method: &str, body: Option<&str>, limit: Duration) -> Exchange {
        let cookie = self.cookies.header();
        let mut headers = vec![("Accept", "*/*")];
        headers.extend(body.map(|_| ("Content-Type", "text/plain;charset=UTF-8")));
        headers.extend(cookie.as_deref().map(|cookie| ("Cookie", cookie)));
        let mut asked = request(method, &self.target, &headers);
        asked.body = body.map(str::to_owned);
        exchange(self.way.network, self.way.endpoint, asked, limit).await
    }

    async fn post(&self, body: &str) {
        // A lost session shows at the next poll.
        let _ = self.ask("POST", Some(body), QUICK_ANSWER).await;
    }

    /// Polls and answers pings until the end, until `until`, or until enough pings have come.
    async fn listen(&self, held: &mut Held, until: Instant) -> HoldEnd {
        while held.pings < POLLING_PINGS {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let poll = self.ask("GET", None, left.min(held.patience)).await;
            if poll.status() != 200 {
                return unanswered(&poll, left <= held.patience);
            }
            held.heard();
            for packet in decode_payload(poll.body()).unwrap_or_default() {
                let Frame::Text(text) = packet else { continue };
                match decode_engine(&text) {
                    Ok(EnginePacket::Ping(_)) => {
                        held.pings = held.pings.saturating_add(1);
                        self.post(PONG).await;
                    }
                    Ok(EnginePacket::Close) => return HoldEnd::EngineClosed,
                    Ok(EnginePacket::Message("1")) => return HoldEnd::Disconnected,
                    _ => {}
                }
            }
        }
        HoldEnd::Held
    }
}

fn unanswered(poll: &Exchange, time_over: bool) -> HoldEnd {
    if poll.response.is_some() {
        return HoldEnd::Status {
            status: poll.status(),
        };
    }
    match poll.fault.as_ref().map(|fault| fault.kind) {
        Some(FaultKind::NoAnswer) if time_over => HoldEnd::Held,
        Some(FaultKind::NoAnswer) => HoldEnd::Silent,
        Some(FaultKind::Reset) => HoldEnd::Reset,
        _ => HoldEnd::Closed,
    }
}
