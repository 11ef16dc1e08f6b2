//! A stand-in for a gateway and for a site, in this process, on one free port. It speaks raw
//! frames, so that tests see exactly what was sent, and it stops at the first frame with
//! which the real gateway would end everybody's calls.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use signaling::wire::{GATEWAY, Reply, RequestData};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::Message;
use url::Url;

/// How a page is answered.
#[derive(Clone)]
pub enum Page {
    /// Status line, content type, body.
    Text(&'static str, &'static str, String),
    /// A redirect.
    Redirect(String),
    /// Never.
    Silence,
    /// Like the inner page, but only after a websocket was opened here.
    AfterSocket(Box<Page>),
}

impl Page {
    pub fn script(body: impl Into<String>) -> Self {
        Self::Text("200 OK", "application/javascript", body.into())
    }

    pub fn html() -> Self {
        let body = "<!doctype html><html><body>Welcome</body></html>";
        Self::Text("200 OK", "text/html", body.into())
    }

    /// What the gateway answers for a page it does not have.
    pub fn gateway_404() -> Self {
        let body = include_str!("../fixtures/frames/http/not-found.json");
        Self::Text("404 Not Found", "application/json", body.into())
    }
}

/// What the stand-in does.
#[derive(Clone)]
pub struct Script {
    /// Answer to `/env-config.js`.
    pub env_config: Page,
    /// Answer to every other page, Engine.IO's included when `socket` is false.
    pub other: Page,
    /// Whether there is a gateway here.
    pub socket: bool,
    /// Ping interval and time-out, milliseconds.
    pub pings: (u64, u64),
    /// What follows the CONNECT answer.
    pub greeting: Option<&'static str>,
    /// Answers to requests by event name, used in order; a request without one is never
    /// answered.
    pub answers: Vec<(&'static str, Vec<Value>)>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            env_config: Page::gateway_404(),
            other: Page::gateway_404(),
            socket: true,
            pings: (10_000, 20_000),
            greeting: Some(r#"42["connected",{"socketId":"socket-1"}]"#),
            answers: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Shared {
    frames: Mutex<Vec<String>>,
    violation: Mutex<Option<String>>,
    answers: Mutex<VecDeque<(&'static str, Vec<Value>)>>,
    fetches: Mutex<Vec<String>>,
    sockets: Mutex<Vec<mpsc::UnboundedSender<Message>>>,
    opened: Notify,
    changed: Notify,
}

/// A running stand-in; stops when dropped.
pub struct StandIn {
    pub url: Url,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl StandIn {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared::default());
        *shared.answers.lock().unwrap() = script.answers.clone().into();
        let task = tokio::spawn(accept(listener, script, Arc::clone(&shared)));
        Self {
            url: format!("http://127.0.0.1:{port}/").parse().unwrap(),
            shared,
            task,
        }
    }

    /// All frames that clients sent, without the handshake and pongs.
    pub fn frames(&self) -> Vec<String> {
        self.shared.frames.lock().unwrap().clone()
    }

    /// Paths of the pages that were asked for.
    pub fn fetches(&self) -> Vec<String> {
        self.shared.fetches.lock().unwrap().clone()
    }

    /// Number of websockets ever opened.
    pub fn sockets(&self) -> usize {
        self.shared.sockets.lock().unwrap().len()
    }

    /// Sends a raw frame to all clients.
    pub fn send(&self, frame: impl Into<String>) {
        let frame = frame.into();
        for socket in self.shared.sockets.lock().unwrap().iter() {
            let _ = socket.send(Message::text(frame.clone()));
        }
    }

    /// Waits until so many frames came.
    pub async fn wait_for_frames(&self, count: usize) -> Vec<String> {
        let wait = async {
            loop {
                let changed = self.shared.changed.notified();
                let frames = self.frames();
                if frames.len() >= count {
                    return frames;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("{count} frames expected, got {:?}", self.frames()))
    }

    /// Fails the test when a client broke the rules.
    pub fn assert_clean(&self) {
        let violation = self.shared.violation.lock().unwrap().clone();
        assert_eq!(violation, None, "this frame would stop the gateway");
    }

    /// The rule that a client broke.
    pub fn violation(&self) -> Option<String> {
        self.shared.violation.lock().unwrap().clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, script: Script, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        if shared.violation.lock().unwrap().is_some() {
            // As the real one: it accepts nobody any more.
            continue;
        }
        connections.spawn(serve(stream, script.clone(), Arc::clone(&shared)));
    }
}

async fn serve(mut stream: TcpStream, script: Script, shared: Arc<Shared>) -> Option<()> {
    let mut head = [0; 4096];
    let length = loop {
        let length = stream.peek(&mut head).await.ok()?;
        if length == 0 {
            return None;
        }
        if head[..length].windows(4).any(|end| end == b"\r\n\r\n") {
            break length;
        }
        tokio::task::yield_now().await;
    };
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    let path = head.split(' ').nth(1)?.to_owned();
    let upgrade = head.to_ascii_lowercase().contains("upgrade: websocket");
    if upgrade && script.socket {
        return session(stream, &script, shared).await;
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await.ok()?;
    shared.fetches.lock().unwrap().push(path.clone());
    let page = if path.ends_with("/env-config.js") {
        script.env_config
    } else {
        script.other
    };
    answer(stream, page, &shared).await
}

async fn answer(mut stream: TcpStream, page: Page, shared: &Shared) -> Option<()> {
    let response = match page {
        Page::Text(status, kind, body) => format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
        Page::Redirect(to) => format!(
            "HTTP/1.1 301 Moved Permanently\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        Page::Silence => {
            std::future::pending::<()>().await;
            return None;
        }
        Page::AfterSocket(page) => {
            loop {
                let opened = shared.opened.notified();
                if !shared.sockets.lock().unwrap().is_empty() {
                    break;
                }
                opened.await;
            }
            return Box::pin(answer(stream, *page, shared)).await;
        }
    };
    stream.write_all(response.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

async fn session(stream: TcpStream, script: &Script, shared: Arc<Shared>) -> Option<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await.ok()?;
    let open = json!({
        "sid": "engine", "upgrades": [], "pingInterval": script.pings.0,
        "pingTimeout": script.pings.1, "maxPayload": 1_000_000,
    });
    socket.send(Message::text(format!("0{open}"))).await.ok()?;
    let (to_client, mut outgoing) = mpsc::unbounded_channel();
    loop {
        tokio::select! {
            frame = outgoing.recv() => socket.send(frame?).await.ok()?,
            frame = socket.next() => {
                let Message::Text(frame) = frame?.ok()? else { continue };
                match frame.as_str() {
                    "40" => {
                        socket.send(Message::text(r#"40{"sid":"socket-1"}"#)).await.ok()?;
                        if let Some(greeting) = script.greeting {
                            socket.send(Message::text(greeting)).await.ok()?;
                        }
                        shared.sockets.lock().unwrap().push(to_client.clone());
                        shared.opened.notify_waiters();
                    }
                    "3" => {}
                    other => {
                        shared.frames.lock().unwrap().push(other.to_owned());
                        shared.changed.notify_waiters();
                        match check(other) {
                            Ok(None) => {}
                            Ok(Some((id, name))) => {
                                if let Some(args) = next_answer(&shared, &name) {
                                    let ack = format!("43{id}{}", Value::from(args));
                                    socket.send(Message::text(ack)).await.ok()?;
                                }
                            }
                            Err(violation) => {
                                *shared.violation.lock().unwrap() = Some(violation);
                                return None;
                            }
                        }
                    }
                }
            }
        }
    }
}

fn next_answer(shared: &Shared, name: &str) -> Option<Vec<Value>> {
    let mut answers = shared.answers.lock().unwrap();
    let at = answers.iter().position(|(known, _)| *known == name)?;
    answers.remove(at).map(|(_, args)| args)
}

/// Id and name of a request with an acknowledgement, `None` for other frames, an error for
/// what the rules forbid.
pub fn check(frame: &str) -> Result<Option<(u64, String)>, String> {
    if frame == "41" || frame == "1" {
        return Ok(None);
    }
    let wrong = |why: &str| Err(format!("{why}: {frame}"));
    let Some(event) = frame.strip_prefix("42") else {
        return wrong("not an event");
    };
    let digits = event.bytes().take_while(u8::is_ascii_digit).count();
    let id = event[..digits].parse().ok();
    let Ok(Value::Array(args)) = serde_json::from_str(&event[digits..]) else {
        return wrong("no list of arguments");
    };
    let Some(name) = args.first().and_then(Value::as_str) else {
        return wrong("no event name");
    };
    let Some(row) = GATEWAY.request_named(name) else {
        return wrong("an event that no gateway knows");
    };
    match (row.reply, id) {
        (Reply::Required, None) => return wrong("no acknowledgement"),
        (Reply::Never, Some(_)) => return wrong("an acknowledgement that never comes"),
        _ => {}
    }
    match (row.data, args.len()) {
        (RequestData::None, 1) => {}
        (RequestData::Object, 2) if args[1].is_object() => {}
        _ => return wrong("wrong data"),
    }
    Ok(id.map(|id| (id, name.to_owned())))
}
