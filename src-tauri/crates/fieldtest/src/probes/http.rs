//! One HTTP/1.1 request on a connection of its own. Headers go out and are kept exactly as they
//! are, in order and with repeats, which clients made for use do not offer.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant as Deadline, timeout_at};

use super::connect::{Endpoint, Network, Stream, connect, milliseconds};
use super::limits::{BODY_BYTES, CONNECT, HEAD_BYTES, HEADERS};
use crate::facts::{Exchange, Fault, FaultKind, Request, Response};

/// Asks once within `limit`, connection included. `Host` and `Connection: close` are added.
pub async fn exchange(
    network: &Network,
    endpoint: &Endpoint,
    request: Request,
    limit: Duration,
) -> Exchange {
    let started = Instant::now();
    let mut result = Exchange {
        request,
        ..Exchange::default()
    };
    let deadline = Deadline::now() + limit;
    let (connection, stream) = connect(network, endpoint, limit.min(CONNECT)).await;
    result.fault = connection.fault.clone();
    result.connection = Some(connection);
    if let Some(stream) = stream {
        let head = [("Connection", "close")];
        match ask(stream, endpoint, &result.request, &head, deadline).await {
            Ok(mut answer) => {
                // An answer to HEAD announces a body that does not come.
                if result.request.method != "HEAD" {
                    result.fault = answer.read_body(deadline).await.err();
                }
                result.response = Some(answer.response);
            }
            Err(fault) => result.fault = Some(fault),
        }
    }
    result.error = result.fault.as_ref().map(|fault| fault.message.clone());
    result.took_ms = milliseconds(started);
    result
}

/// A `GET` or another request without a body.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Request {
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers.iter().map(owned).collect(),
        body: None,
    }
}

/// An answer of which the head was read.
pub(super) struct Answer {
    pub(super) stream: Stream,
    pub(super) response: Response,
    /// What came after the head.
    pub(super) rest: Vec<u8>,
}

/// Sends the request and reads the head of the answer.
pub(super) async fn ask(
    mut stream: Stream,
    endpoint: &Endpoint,
    request: &Request,
    more: &[(&str, &str)],
    deadline: Deadline,
) -> Result<Answer, Fault> {
    let bytes = encode(request, &endpoint.authority(), more)?;
    let write = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    let written = timeout_at(deadline, write).await;
    // A server may answer and close before it has read everything; its answer counts.
    if written.map_err(|_| no_answer())?.is_err() {
        tracing::trace!("the request was not taken completely");
    }
    let mut buffer = Vec::new();
    loop {
        if let Some((response, length)) = parse_head(&buffer)? {
            let rest = buffer.split_off(length);
            // Interim answers announce the real one.
            if (102..200).contains(&response.status) || response.status == 100 {
                buffer = rest;
                continue;
            }
            return Ok(Answer {
                stream,
                response,
                rest,
            });
        }
        if buffer.len() > HEAD_BYTES {
            return Err(Fault::new(FaultKind::NotHttp, "the head is too long"));
        }
        if read_more(&mut stream, &mut buffer, deadline).await? == 0 {
            let empty = buffer.is_empty();
            let kind = if empty {
                FaultKind::Closed
            } else {
                FaultKind::NotHttp
            };
            return Err(Fault::new(kind, "the connection was closed"));
        }
    }
}

fn encode(request: &Request, host: &str, more: &[(&str, &str)]) -> Result<Vec<u8>, Fault> {
    let body = request.body.as_deref().unwrap_or_default();
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    let mut add = |name: &str, value: &str| {
        if name.is_empty() || [name, value].iter().any(|text| text.contains(['\r', '\n'])) {
            return Err(Fault::new(FaultKind::Settings, "a header cannot be sent"));
        }
        head.push_str(&format!("{name}: {value}\r\n"));
        Ok(())
    };
    if request.target.contains([' ', '\r', '\n']) {
        return Err(Fault::new(FaultKind::Settings, "the path cannot be sent"));
    }
    add("Host", host)?;
    for (name, value) in &request.headers {
        add(name, value)?;
    }
    if request.body.is_some() {
        add("Content-Length", &body.len().to_string())?;
    }
    for (name, value) in more {
        add(name, value)?;
    }
    head.push_str("\r\n");
    head.push_str(body);
    Ok(head.into_bytes())
}

fn parse_head(bytes: &[u8]) -> Result<Option<(Response, usize)>, Fault> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    match parsed.parse(bytes) {
        Err(error) => Err(Fault::new(FaultKind::NotHttp, error)),
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(length)) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = parsed.headers.iter();
            let response = Response {
                status: parsed.code.unwrap_or_default(),
                headers: headers
                    .map(|header| (header.name.to_owned(), text(header.value)))
                    .collect(),
                body: String::new(),
            };
            Ok(Some((response, length)))
        }
    }
}

async fn read_more(
    stream: &mut Stream,
    buffer: &mut Vec<u8>,
    deadline: Deadline,
) -> Result<usize, Fault> {
    let read = timeout_at(deadline, stream.read_buf(buffer)).await;
    read.map_err(|_| no_answer())?
        .map_err(|error| Fault::new(FaultKind::Closed, error))
}

fn no_answer() -> Fault {
    Fault::new(FaultKind::NoAnswer, "no answer in time")
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let headers = &self.response.headers;
        let found = headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Reads the body, or its first [`BODY_BYTES`] (RFC 9112, 6.3). What has come is kept, even
    /// when the rest does not.
    pub(super) async fn read_body(&mut self, deadline: Deadline) -> Result<(), Fault> {
        let mut body = Body::new(self);
        let mut raw = std::mem::take(&mut self.rest);
        let mut outcome = Ok(());
        while !body.is_complete(&raw) {
            match read_more(&mut self.stream, &mut raw, deadline).await {
                Ok(0) if body == Body::UntilClose => break,
                Ok(0) => {
                    outcome = Err(Fault::new(FaultKind::Closed, "the body is not complete"));
                    break;
                }
                Ok(_) => {}
                // Many servers cut the connection instead of closing it in order.
                Err(fault) if body == Body::UntilClose && fault.kind == FaultKind::Closed => break,
                Err(fault) => {
                    outcome = Err(fault);
                    break;
                }
            }
        }
        let mut bytes = body.decode(&raw);
        bytes.truncate(BODY_BYTES);
        self.response.body = String::from_utf8_lossy(&bytes).into_owned();
        outcome
    }
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Length(usize),
    Chunked,
    UntilClose,
}

impl Body {
    fn new(answer: &Answer) -> Self {
        if matches!(answer.response.status, 204 | 304) {
            return Self::Length(0);
        }
        let coding = answer.header("transfer-encoding").unwrap_or_default();
        if coding.to_ascii_lowercase().contains("chunked") {
            return Self::Chunked;
        }
        let length = answer.header("content-length");
        length
            .and_then(|length| length.trim().parse().ok())
            .map_or(Self::UntilClose, Self::Length)
    }

    fn is_complete(&mut self, raw: &[u8]) -> bool {
        match self {
            Self::Length(length) => raw.len() >= (*length).min(BODY_BYTES),
            Self::Chunked => {
                let (decoded, complete) = dechunk(raw);
                complete || decoded.len() >= BODY_BYTES || raw.len() >= 2 * BODY_BYTES
            }
            Self::UntilClose => raw.len() >= BODY_BYTES,
        }
    }

    fn decode(self, raw: &[u8]) -> Vec<u8> {
        match self {
            Self::Length(length) => raw.iter().copied().take(length).collect(),
            Self::Chunked => dechunk(raw).0,
            Self::UntilClose => raw.to_vec(),
        }
    }
}

/// What the chunks so far hold, and whether the last one is among them.
fn dechunk(mut raw: &[u8]) -> (Vec<u8>, bool) {
    let mut decoded = Vec::new();
    loop {
        match httparse::parse_chunk_size(raw) {
            Ok(httparse::Status::Complete((_, 0))) => return (decoded, true),
            Ok(httparse::Status::Complete((head, size))) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let chunk = raw.get(head..).unwrap_or_default();
                decoded.extend(chunk.iter().take(size));
                // Two bytes end a chunk.
                let Some(rest) = chunk.get(size.saturating_add(2)..) else {
                    return (decoded, false);
                };
                raw = rest;
            }
            Ok(httparse::Status::Partial) => return (decoded, false),
            // Nothing sensible can follow.
            Err(_) => return (decoded, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_their_end_is_seen() {
        let whole = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assert_eq!(dechunk(whole), (b"abcde".to_vec(), true));
        for cut in 0..whole.len() - 5 {
            let (decoded, complete) = dechunk(&whole[..cut]);
            assert!(!complete && b"abcde".starts_with(&decoded), "{cut}");
        }
        assert!(dechunk(b"zz\r\n").1);
        assert_eq!(
            dechunk(b"ffffffffffffffff\r\nabc"),
            (b"abc".to_vec(), false)
        );
    }

    #[test]
    fn heads_keep_order_case_and_repeats() {
        let bytes =
            b"HTTP/1.1 403 Forbidden\r\nSet-Cookie: a=1\r\nDate: x\r\nset-cookie: b=2\r\n\r\nrest";
        let (response, length) = parse_head(bytes).unwrap().unwrap();
        assert_eq!(&bytes[length..], b"rest");
        let names: Vec<_> = response.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Set-Cookie", "Date", "set-cookie"]);
        assert!(parse_head(b"\x15\x03\x01").is_err());
    }

    #[test]
    fn a_line_break_in_a_header_is_not_sent() {
        let asked = request("GET", "/", &[("Origin", "x\r\nEvil: 1")]);
        assert!(encode(&asked, "h", &[]).is_err());
        let asked = request("GET", "/a b", &[]);
        assert!(encode(&asked, "h", &[]).is_err());
    }
}
