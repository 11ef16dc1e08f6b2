//! A websocket with a scripted conversation: the handshake's answer is kept whatever it is.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant as Deadline, sleep_until, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::connect::{Endpoint, Network, Stream, connect, milliseconds};
use super::http::ask;
use super::limits::{CLOSE, CONNECT, FRAMES, MESSAGE_BYTES};
use crate::facts::{Exchange, Fault, FaultKind, Frame, Request};

/// Engine.IO's ping and pong, answered whenever they come.
const PING: &str = "2";
const PONG: &str = "3";

/// One step of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends a text; the facts show `shown` in its place, as it may hold a token.
    Send {
        /// What is sent.
        text: String,
        /// What is kept.
        shown: String,
    },
    /// Waits for a text that begins with one of these.
    Await(&'static [&'static str]),
    /// Waits for a text that begins with one of two; `no` ends the conversation.
    Decide {
        /// Beginning of the answer to go on with.
        yes: &'static str,
        /// Beginning of the answer that ends it.
        no: &'static str,
    },
    /// Reads on for a while: what comes late is a fact too.
    Listen(Duration),
}

impl Step {
    /// Sends a text without secrets.
    pub fn send(text: &str) -> Self {
        Self::Send {
            text: text.to_owned(),
            shown: text.to_owned(),
        }
    }
}

/// Asks for a websocket and, once it is open, goes through the steps, all within `limit`; then
/// closes. A step that fails ends the conversation.
pub async fn websocket(
    network: &Network,
    endpoint: &Endpoint,
    mut request: Request,
    steps: &[Step],
    limit: Duration,
) -> Exchange {
    let started = Instant::now();
    let deadline = Deadline::now() + limit;
    let key = STANDARD.encode(rand::random::<[u8; 16]>());
    for (name, value) in [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", &key),
        ("Sec-WebSocket-Version", "13"),
    ] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    let mut result = Exchange {
        request,
        ..Exchange::default()
    };
    let (connection, stream) = connect(network, endpoint, limit.min(CONNECT)).await;
    result.fault = connection.fault.clone();
    result.connection = Some(connection);
    if let Some(stream) = stream {
        talk(stream, endpoint, &key, steps, deadline, &mut result).await;
    }
    result.error = result.fault.as_ref().map(|fault| fault.message.clone());
    result.took_ms = milliseconds(started);
    result
}

async fn talk(
    stream: Stream,
    endpoint: &Endpoint,
    key: &str,
    steps: &[Step],
    deadline: Deadline,
    result: &mut Exchange,
) {
    let mut answer = match ask(stream, endpoint, &result.request, &[], deadline).await {
        Ok(answer) => answer,
        Err(fault) => {
            result.fault = Some(fault);
            return;
        }
    };
    if answer.response.status != 101 {
        result.fault = answer.read_body(deadline).await.err();
        result.response = Some(answer.response);
        return;
    }
    result.response = Some(answer.response);
    let expected = derive_accept_key(key.as_bytes());
    if result.header("sec-websocket-accept") != Some(&expected) {
        let message = "the websocket's accept key is wrong";
        result.fault = Some(Fault::new(FaultKind::NotHttp, message));
        return;
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES));
    let (stream, rest) = (answer.stream, answer.rest);
    let opened =
        WebSocketStream::from_partially_read(stream, rest, Role::Client, Some(config)).await;
    let mut conversation = Conversation {
        socket: opened,
        result,
        deadline,
    };
    for step in steps {
        if conversation.step(step).await.is_none() {
            break;
        }
    }
    conversation.close().await;
}

struct Conversation<'a> {
    socket: WebSocketStream<Stream>,
    result: &'a mut Exchange,
    deadline: Deadline,
}

impl Conversation<'_> {
    /// None ends the conversation.
    async fn step(&mut self, step: &Step) -> Option<()> {
        match step {
            Step::Send { text, shown } => self.send(text, shown).await,
            Step::Await(beginnings) => self.until(beginnings).await.map(|_| ()),
            Step::Decide { yes, no } => {
                let text = self.until(&[yes, no]).await?;
                text.starts_with(yes).then_some(())
            }
            Step::Listen(duration) => {
                let until = (Deadline::now() + *duration).min(self.deadline);
                loop {
                    tokio::select! {
                        text = self.read() => { text?; }
                        () = sleep_until(until) => return Some(()),
                    }
                }
            }
        }
    }

    async fn until(&mut self, beginnings: &[&str]) -> Option<String> {
        loop {
            let deadline = self.deadline;
            let Ok(text) = timeout_at(deadline, self.read()).await else {
                let message = format!("no {} in time", beginnings.join(" or "));
                self.result.fault = Some(Fault::new(FaultKind::NoAnswer, message));
                return None;
            };
            let text = text?;
            if beginnings.iter().any(|begin| text.starts_with(begin)) {
                return Some(text);
            }
        }
    }

    fn keep(&mut self, from_server: bool, text: &str) {
        if self.result.frames.len() < FRAMES {
            self.result.frames.push(Frame {
                from_server,
                text: text.to_owned(),
            });
        }
    }

    async fn send(&mut self, text: &str, shown: &str) -> Option<()> {
        let sent = self.socket.send(Message::text(text)).await;
        match sent {
            Ok(()) => {
                self.keep(false, shown);
                Some(())
            }
            Err(error) => self.lost(&error),
        }
    }

    /// The next text; pings are answered and given back as well. Cancel-safe before the answer to a
    /// ping, which nothing waits for.
    async fn read(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await {
                None => return self.lost(&Error::ConnectionClosed),
                Some(Err(error)) => return self.lost(&error),
                Some(Ok(Message::Text(text))) => {
                    let text = text.as_str().to_owned();
                    self.keep(true, &text);
                    if text == PING {
                        self.send(PONG, PONG).await?;
                    }
                    return Some(text);
                }
                Some(Ok(Message::Close(frame))) => {
                    self.result.close = Some(frame.map_or(1005, |frame| frame.code.into()));
                    return None;
                }
                Some(Ok(_)) => {}
            }
        }
    }

    fn lost<T>(&mut self, error: &Error) -> Option<T> {
        if self.result.close.is_none() {
            self.result.fault = Some(Fault::new(FaultKind::Closed, error));
        }
        None
    }

    async fn close(&mut self) {
        let socket = &mut self.socket;
        let _ = timeout(CLOSE, async {
            if socket.close(None).await.is_ok() {
                while let Some(Ok(_)) = socket.next().await {}
            }
        })
        .await;
    }
}
