//! Engine.IO over a websocket: one packet, one message.

use super::dial::{Stream, dial};
use super::{Incoming, Network, TransportKind};
use crate::error::{ConnectError, DisconnectReason};
use crate::packet::Frame;
use futures_util::{Sink, SinkExt, StreamExt};
use http::HeaderValue;
use http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use reqwest::cookie::CookieStore;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, error::ProtocolError};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Initial size of each of the two buffers. Signalling is small; the default of 128 KiB each would
/// be felt in a program that is measured in megabytes.
const BUFFER: usize = 16 * 1024;

/// Messages read in a row before what is queued is flushed, when reading never pauses.
const READS_PER_FLUSH: u32 = 32;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct WebSocket {
    stream: WebSocketStream<Stream>,
    queue: VecDeque<Message>,
    backlog: usize,
    /// Something was written that may still be in a buffer of ours.
    unflushed: bool,
    reads: u32,
}

impl WebSocket {
    /// Handshake of a new session, or of the session `sid` that is to be upgraded.
    pub(crate) async fn open(network: &Network, sid: Option<&str>) -> Result<Self, ConnectError> {
        let target = &network.target;
        let mut url = target.url(TransportKind::WebSocket, sid);
        let scheme = if target.tls { "wss" } else { "ws" };
        // Always possible between these schemes.
        let _ = url.set_scheme(scheme);
        let mut request = url.as_str().into_client_request().map_err(unusable)?;
        for (name, value) in &target.headers {
            // The websocket's own headers are not for the caller to change.
            if *name == HOST || !request.headers().contains_key(name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        if let Some(cookies) = network.cookies.cookies(target.base()) {
            request.headers_mut().entry(COOKIE).or_insert(cookies);
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_message_size(Some(network.max_incoming))
            .max_frame_size(Some(network.max_incoming));
        let stream = dial(network).await?;
        let (stream, response) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(refused)?;
        let mut cookies = response.headers().get_all(SET_COOKIE).iter();
        network.cookies.set_cookies(&mut cookies, target.base());
        Ok(Self {
            stream,
            queue: VecDeque::new(),
            backlog: 0,
            unflushed: false,
            reads: 0,
        })
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        self.backlog += frame.len();
        self.queue.push_back(match frame {
            Frame::Text(text) => Message::Text(text),
            Frame::Binary(bytes) => Message::Binary(bytes),
        });
    }

    pub(crate) fn ping(&mut self) {
        self.queue.push_back(Message::Ping(bytes::Bytes::new()));
    }

    pub(crate) fn backlog(&self) -> usize {
        self.backlog
    }

    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Incoming, DisconnectReason>> {
        loop {
            self.poll_write(cx)?;
            if self.reads >= READS_PER_FLUSH {
                self.poll_flush(cx)?;
            }
            let Poll::Ready(message) = self.stream.poll_next_unpin(cx) else {
                self.poll_flush(cx)?;
                return Poll::Pending;
            };
            self.reads += 1;
            let incoming = match message {
                None => return Poll::Ready(Err(DisconnectReason::EngineClose { code: None })),
                Some(Err(error)) => return Poll::Ready(Err(lost(error))),
                Some(Ok(Message::Text(text))) => Incoming::Frame(Frame::Text(text)),
                Some(Ok(Message::Binary(bytes))) => Incoming::Frame(Frame::Binary(bytes)),
                Some(Ok(Message::Pong(_))) => Incoming::ProbeAnswered,
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map(|frame| frame.code.into());
                    return Poll::Ready(Err(DisconnectReason::EngineClose { code }));
                }
                Some(Ok(Message::Ping(_))) => {
                    // Its pong is queued inside of the stream.
                    self.unflushed = true;
                    continue;
                }
                Some(Ok(Message::Frame(_))) => continue,
            };
            return Poll::Ready(Ok(incoming));
        }
    }

    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<(), DisconnectReason> {
        self.poll_write(cx)?;
        self.poll_flush(cx)
    }

    /// Moves the queue into the stream, as far as the stream takes it.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), DisconnectReason> {
        while !self.queue.is_empty() {
            let mut stream = Pin::new(&mut self.stream);
            match stream.as_mut().poll_ready(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(ready) => ready.map_err(lost)?,
            }
            let Some(message) = self.queue.pop_front() else {
                return Ok(());
            };
            if !message.is_ping() {
                self.backlog -= message.len();
            }
            stream.start_send(message).map_err(lost)?;
            self.unflushed = true;
        }
        Ok(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Result<(), DisconnectReason> {
        self.reads = 0;
        if self.unflushed
            && let Poll::Ready(flushed) = Pin::new(&mut self.stream).poll_flush(cx)
        {
            flushed.map_err(lost)?;
            self.unflushed = false;
        }
        Ok(())
    }

    /// Sends the queue and a close frame, and waits for the server's: closing a TCP connection with
    /// unread data in it would make the kernel reset it, and the server lose what we sent last.
    pub(crate) async fn close(mut self) {
        while let Some(message) = self.queue.pop_front() {
            if self.stream.feed(message).await.is_err() {
                return;
            }
        }
        if self.stream.close(None).await.is_ok() {
            while let Some(Ok(_)) = self.stream.next().await {}
        }
    }
}

fn unusable(error: Error) -> ConnectError {
    ConnectError::InvalidOptions {
        message: error.to_string(),
    }
}

/// The beginning of a body, for people.
pub(super) fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..200).unwrap_or(body)).into_owned()
}

/// A `Location` header in words.
pub(super) fn location(value: Option<&HeaderValue>) -> Option<String> {
    let value = value?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn refused(error: Error) -> ConnectError {
    match error {
        Error::Http(response) => ConnectError::Http {
            status: response.status(),
            location: location(response.headers().get(LOCATION)),
            body: excerpt(response.body().as_deref().unwrap_or_default()),
        },
        Error::Io(error) => ConnectError::Lost {
            kind: error.kind(),
            message: error.to_string(),
        },
        Error::Protocol(ProtocolError::HandshakeIncomplete) => ConnectError::Lost {
            kind: io::ErrorKind::UnexpectedEof,
            message: "closed during the handshake".to_owned(),
        },
        Error::Url(_) | Error::HttpFormat(_) => unusable(error),
        other => ConnectError::Protocol {
            message: other.to_string(),
        },
    }
}

fn lost(error: Error) -> DisconnectReason {
    match error {
        Error::Io(error) => DisconnectReason::TransportLost {
            kind: error.kind(),
            message: error.to_string(),
        },
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            DisconnectReason::TransportLost {
                kind: io::ErrorKind::UnexpectedEof,
                message: "the connection ended without a close".to_owned(),
            }
        }
        Error::ConnectionClosed | Error::AlreadyClosed => {
            DisconnectReason::EngineClose { code: None }
        }
        other => DisconnectReason::ProtocolViolation {
            message: other.to_string(),
        },
    }
}
