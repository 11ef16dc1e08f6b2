//! Where requests go: the caller's options, checked and turned into URLs.

use super::TransportKind;
use crate::error::ConnectError;
use crate::options::Options;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue, ORIGIN};
use std::sync::atomic::{AtomicU32, Ordering};
use url::Url;

/// The server's address and what every request carries.
#[derive(Debug)]
pub(crate) struct Target {
    /// `http` or `https`, with path and without query.
    base: Url,
    query: Vec<(String, String)>,
    /// Headers of every request, origin included.
    pub(crate) headers: HeaderMap,
    /// Host as the resolver and TLS want it: IPv6 addresses without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    /// Makes polling URLs unique, as caches on the way may ignore `Cache-Control`.
    polls: AtomicU32,
}

fn invalid(message: impl Into<String>) -> ConnectError {
    ConnectError::InvalidOptions {
        message: message.into(),
    }
}

impl Target {
    pub(crate) fn new(options: &Options) -> Result<Self, ConnectError> {
        let scheme = match options.url.scheme() {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            other => return Err(invalid(format!("the scheme {other:?} of the URL"))),
        };
        let authority = &options.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut base = Url::parse(&format!("{scheme}://{authority}/"))
            .map_err(|error| invalid(format!("the URL: {error}")))?;
        base.set_path(&options.path);
        let host = match base.host() {
            Some(url::Host::Domain(name)) => name.to_owned(),
            Some(url::Host::Ipv4(address)) => address.to_string(),
            Some(url::Host::Ipv6(address)) => address.to_string(),
            None => return Err(invalid("the URL has no host")),
        };
        let mut headers = options.headers.clone();
        if let Some(origin) = &options.origin {
            let value = HeaderValue::from_str(origin).map_err(|_| invalid("the origin"))?;
            headers.insert(ORIGIN, value);
        }
        if let Some(value) = basic_auth(&options.url) {
            headers.entry(AUTHORIZATION).or_insert(value);
        }
        if !options.namespace.starts_with('/') || options.namespace.contains(',') {
            return Err(invalid("the namespace must start with / and have no comma"));
        }
        Ok(Self {
            port: base.port_or_known_default().unwrap_or(80),
            tls: scheme == "https",
            query: options.query.clone(),
            polls: AtomicU32::new(0),
            base,
            headers,
            host,
        })
    }

    /// The URL under which cookies are kept, the same for both transports.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The URL of a request, always `http` or `https`.
    pub(crate) fn url(&self, transport: TransportKind, sid: Option<&str>) -> Url {
        let mut url = self.base.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("EIO", "4");
            match transport {
                TransportKind::WebSocket => {
                    query.append_pair("transport", "websocket");
                }
                TransportKind::Polling => {
                    let poll = self.polls.fetch_add(1, Ordering::Relaxed);
                    query.append_pair("transport", "polling");
                    query.append_pair("t", &format!("{poll:x}"));
                }
            }
            if let Some(sid) = sid {
                query.append_pair("sid", sid);
            }
            query.extend_pairs(&self.query);
        }
        url
    }
}

/// Basic authentication from user and password in a URL (RFC 7617).
pub(super) fn basic_auth(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut credentials = percent_decode(url.username());
    credentials.push(b':');
    credentials.extend(percent_decode(url.password().unwrap_or_default()));
    let mut value =
        HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(credentials))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let mut digit = || ahead.next().and_then(|byte| (byte as char).to_digit(16));
        match (byte, digit(), digit()) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str) -> Options {
        Options::new(url.parse().unwrap())
    }

    #[test]
    fn websocket_and_http_schemes_mean_the_same() {
        for (url, base, port, tls) in [
            (
                "ws://h:81/ignored?q=1#f",
                "http://h:81/socket.io/",
                81,
                false,
            ),
            ("http://h", "http://h/socket.io/", 80, false),
            ("wss://h", "https://h/socket.io/", 443, true),
            ("https://[::1]:9", "https://[::1]:9/socket.io/", 9, true),
        ] {
            let target = Target::new(&options(url)).unwrap();
            assert_eq!(target.base().as_str(), base);
            assert_eq!((target.port, target.tls), (port, tls));
        }
        assert_eq!(Target::new(&options("http://[::1]:9")).unwrap().host, "::1");
        assert!(Target::new(&options("ftp://h")).is_err());
        let mut bad = options("http://h");
        bad.namespace = "admin".to_owned();
        assert!(Target::new(&bad).is_err());
    }

    #[test]
    fn urls_carry_session_and_query() {
        let mut options = options("http://h");
        options.path = "/api/socket.io/".to_owned();
        options.query = vec![("a b".to_owned(), "c&d".to_owned())];
        let target = Target::new(&options).unwrap();
        assert_eq!(
            target.url(TransportKind::WebSocket, Some("s")).as_str(),
            "http://h/api/socket.io/?EIO=4&transport=websocket&sid=s&a+b=c%26d"
        );
        let first = target.url(TransportKind::Polling, None);
        assert_ne!(first, target.url(TransportKind::Polling, None));
    }

    #[test]
    fn credentials_become_a_header_and_leave_the_url() {
        let target = Target::new(&options("http://us%65r:p%40ss@h")).unwrap();
        assert_eq!(target.base().as_str(), "http://h/socket.io/");
        let expected = format!("Basic {}", STANDARD.encode("user:p@ss"));
        assert_eq!(target.headers[AUTHORIZATION], expected);
        assert_eq!(percent_decode("100%"), b"100%");
        assert_eq!(percent_decode("%4"), b"%4");
    }
}
