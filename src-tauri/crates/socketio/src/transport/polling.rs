//! Engine.IO over HTTP long polling: one GET always pending, one POST at a time.

use super::websocket::{excerpt, location};
use super::{Network, TransportKind, tls};
use crate::error::{ConnectError, DisconnectReason};
use crate::packet::{Frame, decode_payload, encode_payload, payload_size};
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response};
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Most packets of one POST: python-engineio refuses more (`Payload.max_decode_packets`).
const MOST_PACKETS: usize = 16;

/// How reqwest's error begins when a proxy refuses a tunnel; it has no type that can be asked for.
const TUNNEL: &str = "tunnel error";

type Running<T> = Pin<Box<dyn Future<Output = Result<T, DisconnectReason>> + Send>>;

/// See the [module](self).
pub(crate) struct Polling {
    network: Arc<Network>,
    client: Client,
    sid: String,
    max_payload: usize,
    queue: VecDeque<Frame>,
    backlog: usize,
    inbox: VecDeque<Frame>,
    get: Option<Running<Vec<Frame>>>,
    post: Option<Running<()>>,
    /// No new requests: the session is changing its transport.
    paused: bool,
}

impl fmt::Debug for Polling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Polling").finish_non_exhaustive()
    }
}

/// A GET without a session, to be answered by a handshake.
pub(crate) struct Handshaking {
    client: Client,
    pub(crate) frames: VecDeque<Frame>,
}

/// Asks for a new session. The first of the frames should be the handshake.
pub(crate) async fn handshake(network: &Network) -> Result<Handshaking, ConnectError> {
    let client = client(network).await?;
    let url = network.target.url(TransportKind::Polling, None);
    let sent = client.get(url).headers(network.target.headers.clone());
    let response = sent.send().await.map_err(connect_error)?;
    let status = response.status();
    let target = location(response.headers().get(LOCATION));
    let body = read(response, network.max_incoming).await?;
    // A web page with status 200 is the answer of something else than Engine.IO.
    if status != StatusCode::OK || !body.starts_with(b"0{") {
        return Err(ConnectError::Http {
            status,
            location: target,
            body: excerpt(&body),
        });
    }
    let frames = std::str::from_utf8(&body)
        .map_err(|error| error.to_string())
        .and_then(|body| decode_payload(body).map_err(|error| error.to_string()))
        .map_err(|message| ConnectError::Protocol { message })?;
    Ok(Handshaking {
        client,
        frames: frames.into(),
    })
}

impl Handshaking {
    /// The transport of session `sid`; `frames` that came with the handshake are its first.
    pub(crate) fn into_transport(
        self,
        network: Arc<Network>,
        sid: &str,
        max_payload: Option<usize>,
    ) -> Polling {
        Polling {
            network,
            client: self.client,
            sid: sid.to_owned(),
            max_payload: max_payload.unwrap_or(usize::MAX),
            queue: VecDeque::new(),
            backlog: 0,
            inbox: self.frames,
            get: None,
            post: None,
            paused: false,
        }
    }
}

impl Polling {
    pub(crate) fn push(&mut self, frame: Frame) {
        self.backlog += frame.len();
        self.queue.push_back(frame);
    }

    pub(crate) fn backlog(&self) -> usize {
        self.backlog
    }

    pub(crate) fn pause(&mut self) {
        self.paused = true;
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.get.is_none() && self.post.is_none() && self.inbox.is_empty()
    }

    /// What was not sent before the pause.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Frame> {
        self.backlog = 0;
        std::mem::take(&mut self.queue)
    }

    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Frame, DisconnectReason>> {
        loop {
            self.poll_post(cx)?;
            if let Some(frame) = self.inbox.pop_front() {
                return Poll::Ready(Ok(frame));
            }
            if self.get.is_none() && !self.paused {
                self.get = Some(self.start_get());
            }
            let Some(get) = &mut self.get else {
                return Poll::Pending;
            };
            match get.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(frames) => {
                    self.get = None;
                    self.inbox = frames?.into();
                }
            }
        }
    }

    /// Runs POSTs until nothing is queued or one is on its way.
    pub(crate) fn poll_post(&mut self, cx: &mut Context<'_>) -> Result<(), DisconnectReason> {
        loop {
            if self.post.is_none() && !self.paused {
                self.post = self.start_post();
            }
            let Some(post) = &mut self.post else {
                return Ok(());
            };
            match post.as_mut().poll(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(sent) => {
                    self.post = None;
                    sent?;
                }
            }
        }
    }

    fn start_get(&self) -> Running<Vec<Frame>> {
        let url = self
            .network
            .target
            .url(TransportKind::Polling, Some(&self.sid));
        let headers = self.network.target.headers.clone();
        let response = self.client.get(url).headers(headers).send();
        let limit = self.network.max_incoming;
        Box::pin(async move {
            let body = body_of(response.await.map_err(lost)?, limit).await?;
            let body = std::str::from_utf8(&body).map_err(violation)?;
            decode_payload(body).map_err(violation)
        })
    }

    /// One POST with as many packets as the server takes at once.
    fn start_post(&mut self) -> Option<Running<()>> {
        let mut batch = Vec::new();
        let mut size = 0;
        while let Some(frame) = self.queue.front() {
            size += payload_size(frame) + 1;
            let full = size > self.max_payload || batch.len() == MOST_PACKETS;
            if full && !batch.is_empty() {
                break;
            }
            self.backlog -= frame.len();
            batch.extend(self.queue.pop_front());
        }
        if batch.is_empty() {
            return None;
        }
        let url = self
            .network
            .target
            .url(TransportKind::Polling, Some(&self.sid));
        let request = self
            .client
            .post(url)
            .headers(self.network.target.headers.clone())
            .header(CONTENT_TYPE, "text/plain;charset=UTF-8")
            .body(encode_payload(&batch));
        let limit = self.network.max_incoming;
        Some(Box::pin(async move {
            let response = request.send().await.map_err(lost)?;
            body_of(response, limit).await.map(drop)
        }))
    }

    /// Sends the queue and an Engine.IO close packet.
    pub(crate) async fn close(mut self) {
        self.paused = false;
        self.get = None;
        self.push("1".into());
        let _ = poll_fn(|cx| match self.poll_post(cx) {
            Err(_) => Poll::Ready(()),
            Ok(()) if self.post.is_none() && self.queue.is_empty() => Poll::Ready(()),
            Ok(()) => Poll::Pending,
        })
        .await;
    }
}

pub(super) async fn client(network: &Network) -> Result<Client, ConnectError> {
    let proxy = network.proxy()?;
    let encrypted = |url: &url::Url| url.scheme() == "https";
    let config = if network.target.tls || proxy.as_ref().is_some_and(encrypted) {
        network.tls().await?
    } else {
        tls::without_trust()?
    };
    let mut builder = Client::builder()
        .tls_backend_preconfigured((*config).clone())
        .dns_resolver(Resolver)
        .cookie_provider(Arc::clone(&network.cookies))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .no_proxy();
    if let Some(url) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(url).map_err(connect_error)?);
    }
    builder.build().map_err(connect_error)
}

pub(super) enum ReadError {
    Http(reqwest::Error),
    TooLong,
}

impl From<ReadError> for ConnectError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Http(error) => connect_error(error),
            ReadError::TooLong => Self::Protocol {
                message: "the answer is too long".to_owned(),
            },
        }
    }
}

/// The body of an answer of at most `limit` bytes.
pub(super) async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ReadError::Http)? {
        if body.len() + chunk.len() > limit {
            return Err(ReadError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn body_of(response: Response, limit: usize) -> Result<Vec<u8>, DisconnectReason> {
    let status = response.status();
    let body = read(response, limit).await.map_err(|error| match error {
        ReadError::Http(error) => lost(error),
        ReadError::TooLong => violation("a poll's answer is too long"),
    })?;
    if status == StatusCode::OK {
        return Ok(body);
    }
    Err(DisconnectReason::SessionRefused {
        status,
        body: excerpt(&body),
    })
}

fn violation(error: impl ToString) -> DisconnectReason {
    DisconnectReason::ProtocolViolation {
        message: error.to_string(),
    }
}

/// The innermost cause of a kind that we know, and the text of the innermost cause at all.
fn cause(error: &reqwest::Error) -> (Option<ConnectError>, io::ErrorKind, String) {
    let mut known = None;
    let mut kind = io::ErrorKind::UnexpectedEof;
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        message = cause.to_string();
        if message.starts_with(TUNNEL) {
            known = Some(ConnectError::Proxy {
                status: None,
                message: message.clone(),
            });
        } else if let Some(failed) = cause.downcast_ref::<ResolveFailed>() {
            known = Some(ConnectError::Resolve {
                message: failed.0.clone(),
            });
        } else if let Some(error) = cause.downcast_ref::<io::Error>() {
            kind = error.kind();
            if let Some(error) = tls::inner_tls_error(error) {
                known = Some(tls::tls_error(error.clone()));
            }
        } else if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            known = Some(tls::tls_error(error.clone()));
        }
        next = cause.source();
    }
    (known, kind, message)
}

pub(super) fn connect_error(error: reqwest::Error) -> ConnectError {
    let (known, kind, message) = cause(&error);
    match known {
        Some(known) => known,
        None if error.is_builder() => ConnectError::InvalidOptions { message },
        None if error.is_connect() => ConnectError::Unreachable { kind, message },
        None => ConnectError::Lost { kind, message },
    }
}

fn lost(error: reqwest::Error) -> DisconnectReason {
    let (_, kind, message) = cause(&error);
    DisconnectReason::TransportLost { kind, message }
}

/// The system's resolver, with an error that can be told from others.
struct Resolver;

#[derive(Debug)]
struct ResolveFailed(String);

impl fmt::Display for ResolveFailed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for ResolveFailed {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(addresses) => Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs),
                Err(error) => Err(ResolveFailed(error.to_string()).into()),
            }
        })
    }
}
