//! From a host name to a stream of bytes: resolve, connect, tunnel, TLS.

use super::target::Target;
use super::{Network, proxy, tls};
use crate::error::ConnectError;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::Url;

/// Head start of one address over the next (RFC 8305, "Connection Attempt Delay").
const HEAD_START: Duration = Duration::from_millis(250);

/// TCP or TLS, directly or through a proxy.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Debug + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> ByteStream for T {}
pub(crate) type Stream = Box<dyn ByteStream>;

/// A stream to the target, ready for a websocket handshake.
pub(crate) async fn dial(network: &Network) -> Result<Stream, ConnectError> {
    let target = &network.target;
    let connected = async {
        match network.proxy()? {
            None => {
                let stream: Stream = Box::new(connect_tcp(&target.host, target.port).await?);
                Ok(stream)
            }
            Some(proxy) => through(network, &proxy, target).await,
        }
    };
    if !target.tls {
        return connected.await;
    }
    // The trust store is read while the connection is made.
    let (stream, config) = tokio::try_join!(connected, network.tls())?;
    tls::wrap(config, &target.host, stream).await
}

async fn through(network: &Network, url: &Url, target: &Target) -> Result<Stream, ConnectError> {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let mut stream: Stream = Box::new(connect_tcp(host, port).await?);
    if url.scheme() == "https" {
        stream = tls::wrap(network.tls().await?, host, stream).await?;
    }
    proxy::tunnel(stream, url, &target.host, target.port).await
}

/// A TCP connection to a host, a name or an address without brackets, by the first of its addresses
/// that answers (RFC 8305).
///
/// # Errors
///
/// `Resolve` or `Unreachable`.
pub async fn connect_tcp(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> = found
        .map_err(|error| ConnectError::Resolve {
            message: error.to_string(),
        })?
        .collect();
    if addresses.is_empty() {
        return Err(ConnectError::Resolve {
            message: "the name has no address".to_owned(),
        });
    }
    let unreachable = |error: io::Error| ConnectError::Unreachable {
        kind: error.kind(),
        message: error.to_string(),
    };
    let stream = race(alternate(addresses)).await.map_err(unreachable)?;
    // Small packets are the rule here; each must leave at once.
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}

/// IPv6 and IPv4 in turn, beginning with the family that the resolver prefers.
fn alternate(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let six_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == six_first);
    let mut preferred = preferred.into_iter();
    let mut other = other.into_iter();
    let mut ordered = Vec::new();
    loop {
        match (preferred.next(), other.next()) {
            (None, None) => return ordered,
            (first, second) => ordered.extend(first.into_iter().chain(second)),
        }
    }
}

/// The first address that answers. An address that fails, or is silent for [`HEAD_START`], lets the
/// next one begin.
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut last_error = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        match waiting.next() {
            Some(address) => running.push(TcpStream::connect(address)),
            None if running.is_empty() => return Err(last_error),
            None => {}
        }
        tokio::select! {
            Some(outcome) = running.next() => match outcome {
                Ok(stream) => return Ok(stream),
                Err(error) => last_error = error,
            },
            () = tokio::time::sleep(HEAD_START), if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let parse = |list: [&str; 4]| list.map(|address| address.parse().unwrap()).to_vec();
        assert_eq!(
            alternate(parse(["[::1]:1", "[::2]:1", "1.1.1.1:1", "2.2.2.2:1"])),
            parse(["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1"])
        );
    }

    #[tokio::test]
    async fn an_address_that_refuses_lets_the_next_one_begin() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let refused = closed.local_addr().unwrap();
        drop(closed);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let stream = race(vec![refused, open]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let error = race(vec![refused]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
