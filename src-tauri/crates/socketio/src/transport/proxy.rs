//! HTTP proxies: which one the environment asks for, and the tunnel through it (RFC 9110, CONNECT).

use super::target::{Target, basic_auth};
use crate::error::ConnectError;
use crate::options::{Options, Proxy};
use http::StatusCode;
use std::net::IpAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use url::Url;

/// Longest head of a proxy's answer.
const MOST_HEAD_BYTES: usize = 16 * 1024;

/// The proxy on the way to the server at `url`, if there is one, as [`connect`](crate::connect) with
/// this setting would use it.
///
/// # Errors
///
/// `InvalidOptions` when the URL or the proxy's address cannot be used.
pub fn proxy_to(setting: &Proxy, url: &Url) -> Result<Option<Url>, ConnectError> {
    let target = Target::new(&Options::new(url.clone()))?;
    choose(setting, &target, |name| std::env::var(name).ok())
}

/// The proxy on the way to `target`, if there is one. `environment` reads a variable.
pub(crate) fn choose(
    setting: &Proxy,
    target: &Target,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Url>, ConnectError> {
    let url = match setting {
        Proxy::None => return Ok(None),
        Proxy::Url(url) => url.clone(),
        Proxy::Environment => {
            let either = |name: &str| {
                environment(name)
                    .or_else(|| environment(&name.to_ascii_uppercase()))
                    .filter(|value| !value.trim().is_empty())
            };
            let own = if target.tls {
                either("https_proxy")
            } else {
                either("http_proxy")
            };
            let Some(address) = own.or_else(|| either("all_proxy")) else {
                return Ok(None);
            };
            if is_loopback(&target.host) {
                return Ok(None);
            }
            if either("no_proxy").is_some_and(|list| excluded(&list, &target.host, target.port)) {
                return Ok(None);
            }
            parse(&address)?
        }
    };
    if matches!(url.scheme(), "http" | "https") && url.host().is_some() {
        return Ok(Some(url));
    }
    Err(ConnectError::InvalidOptions {
        message: format!("proxies of scheme {:?} are not supported", url.scheme()),
    })
}

/// Variables describe the way out of this computer, as in browsers.
fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn parse(address: &str) -> Result<Url, ConnectError> {
    let address = address.trim();
    let parsed = if address.contains("://") {
        Url::parse(address)
    } else {
        Url::parse(&format!("http://{address}"))
    };
    // The address may have a password in it, so it is not repeated.
    parsed.map_err(|error| ConnectError::InvalidOptions {
        message: format!("the proxy's address: {error}"),
    })
}

/// `no_proxy` as curl reads it: names and their subdomains, addresses, networks, `*`; with a port
/// only that port.
fn excluded(list: &str, host: &str, port: u16) -> bool {
    let host = host.to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    list.split([',', ' ']).any(|entry| {
        let entry = entry.trim().to_ascii_lowercase();
        if entry.is_empty() {
            return false;
        }
        if entry == "*" {
            return true;
        }
        if let Some(address) = address {
            let bare = entry.trim_start_matches('[').trim_end_matches(']');
            return match bare.split_once('/') {
                Some((network, bits)) => in_network(address, network, bits),
                None => bare.parse() == Ok(address) || entry == format!("{host}:{port}"),
            };
        }
        let name = match entry.rsplit_once(':') {
            Some((name, only)) if only.parse() == Ok(port) => name,
            Some(_) => return false,
            None => entry.as_str(),
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        host == name
            || host
                .strip_suffix(name)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else {
        return false;
    };
    match (address, network.parse()) {
        (IpAddr::V4(address), Ok(IpAddr::V4(network))) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), Ok(IpAddr::V6(network))) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to a host: a name, or an address without
/// brackets. User and password are taken from the proxy's URL.
///
/// # Errors
///
/// `Proxy`, with the status of the refusal when there was an answer.
pub async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    proxy: &Url,
    host: &str,
    port: u16,
) -> Result<S, ConnectError> {
    let host = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let mut request = format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n");
    if let Some(credentials) = basic_auth(proxy) {
        request.push_str("Proxy-Authorization: ");
        request.push_str(credentials.to_str().unwrap_or_default());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let lost = |error: std::io::Error| ConnectError::Proxy {
        status: None,
        message: error.to_string(),
    };
    stream.write_all(request.as_bytes()).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    // Byte by byte, so that nothing of what follows the head is taken away from the tunnel.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MOST_HEAD_BYTES {
            return Err(ConnectError::Proxy {
                status: None,
                message: "its answer is too long".to_owned(),
            });
        }
        head.push(stream.read_u8().await.map_err(lost)?);
    }
    let head = String::from_utf8_lossy(&head);
    let line = head.lines().next().unwrap_or_default();
    let status = line
        .split(' ')
        .nth(1)
        .filter(|_| line.starts_with("HTTP/1."))
        .and_then(|status| StatusCode::from_bytes(status.as_bytes()).ok());
    match status {
        Some(status) if status.is_success() => Ok(stream),
        status => Err(ConnectError::Proxy {
            status,
            message: line.chars().take(100).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn chosen(url: &str, variables: &[(&str, &str)]) -> Option<String> {
        let target = Target::new(&Options::new(url.parse().unwrap())).unwrap();
        let environment = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned())
        };
        choose(&Proxy::Environment, &target, environment)
            .unwrap()
            .map(|url| url.to_string())
    }

    #[test]
    fn the_environment_chooses_by_scheme() {
        let both = [("https_proxy", "http://s:1"), ("HTTP_PROXY", "p:2")];
        assert_eq!(chosen("wss://h", &both).as_deref(), Some("http://s:1/"));
        assert_eq!(chosen("ws://h", &both).as_deref(), Some("http://p:2/"));
        assert_eq!(chosen("ws://h", &[]), None);
        assert_eq!(chosen("ws://h", &[("http_proxy", " ")]), None);
        let all = [("ALL_PROXY", "http://a:3")];
        assert_eq!(chosen("wss://h", &all).as_deref(), Some("http://a:3/"));
    }

    #[test]
    fn no_proxy_names_what_is_reached_directly() {
        for (list, url, direct) in [
            ("example.org", "http://example.org", true),
            (".example.org", "http://a.example.org", true),
            ("*.example.org", "http://a.example.org", true),
            ("example.org", "http://badexample.org", false),
            ("example.org:81", "http://example.org", false),
            ("example.org:80", "http://example.org", true),
            ("x, 10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("fd00::1", "http://[fd00::1]:5", true),
            ("", "http://[::1]:5", true),
            ("", "http://127.0.0.1:3000", true),
            ("", "http://LOCALHOST:3000", true),
            ("", "http://localhost.example:3000", false),
            ("fe80::/10", "http://[fe81::1]", true),
            ("0.0.0.0/0", "http://9.9.9.9", true),
            ("*", "http://anything", true),
            ("", "http://anything", false),
        ] {
            let variables = [("http_proxy", "http://p"), ("no_proxy", list)];
            assert_eq!(chosen(url, &variables).is_none(), direct, "{list} {url}");
        }
    }

    #[test]
    fn other_kinds_of_proxies_are_refused_in_words() {
        let target = Target::new(&Options::new("http://h".parse().unwrap())).unwrap();
        let environment = |_: &str| Some("socks5://p:1".to_owned());
        // no_proxy is the same text here and names another host.
        let error = choose(&Proxy::Environment, &target, environment).unwrap_err();
        assert_eq!(error.code(), "socket.invalid-options");
        assert!(error.to_string().contains("socks5"), "{error}");
    }
}
