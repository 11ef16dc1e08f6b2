//! Addresses and paths of services, as people write them.

use url::{Host, Url};

use super::LinkError;
use crate::policy::MAX_LINK_BYTES;

/// Longest path of an endpoint, in characters.
const MAX_PATH_CHARS: usize = 256;

/// The link without what a sentence has around it.
pub(super) fn bare(input: &str) -> Result<&str, LinkError> {
    const AROUND: &[char] = &[
        '<', '>', '(', ')', '[', ']', '"', '\'', '“', '”', '`', '\u{FEFF}',
    ];
    if input.len() > MAX_LINK_BYTES {
        return Err(LinkError::TooLong);
    }
    let input = input.trim().trim_matches(AROUND).trim();
    if input.is_empty() {
        return Err(LinkError::Empty);
    }
    if input.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(LinkError::malformed("there is a space in it"));
    }
    Ok(input)
}

/// What follows `scheme:`.
pub(super) fn strip_scheme<'a>(input: &'a str, scheme: &str) -> Option<&'a str> {
    let head = input.get(..scheme.len())?;
    if !head.eq_ignore_ascii_case(scheme) {
        return None;
    }
    input.get(scheme.len()..)?.strip_prefix(':')
}

/// The address of a service, without path, query and fragment: `https://collab.example`,
/// `127.0.0.1:8000`, `wss://collab.example/page`.
///
/// # Errors
/// What is no web address.
pub fn service_url(text: &str) -> Result<Url, LinkError> {
    service_address(text).map(|(url, _)| url)
}

/// [`service_url`], and the path where it is that of a Socket.IO endpoint.
///
/// # Errors
/// What is no web address.
pub fn service_address(text: &str) -> Result<(Url, Option<String>), LinkError> {
    let mut url = web_url(bare(text)?)?;
    let path = url.path().trim_end_matches('/');
    let path = if path.ends_with("/socket.io") {
        Some(service_path(path)?)
    } else {
        None
    };
    url.set_query(None);
    url.set_fragment(None);
    url.set_path("/");
    Ok((url, path))
}

/// The path of an endpoint, with slashes at both ends.
///
/// # Errors
/// What is no path.
pub fn service_path(text: &str) -> Result<String, LinkError> {
    let path = text.trim().trim_matches('/');
    if path.chars().nth(MAX_PATH_CHARS).is_some() {
        return Err(LinkError::TooLong);
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let climbs = path.split('/').any(|part| part == "." || part == "..");
    if !path.chars().all(is_plain) || path.contains("//") || climbs {
        return Err(LinkError::malformed("the path is none"));
    }
    Ok(if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    })
}

/// An address that can be a service: `http` or `https` (`ws` and `wss` mean the same), with a host,
/// without credentials. Without scheme, `https`, or `http` for hosts of this network.
pub(super) fn web_url(input: &str) -> Result<Url, LinkError> {
    let input = match (strip_scheme(input, "ws"), strip_scheme(input, "wss")) {
        (Some(rest), _) if rest.starts_with("//") => format!("http:{rest}"),
        (_, Some(rest)) if rest.starts_with("//") => format!("https:{rest}"),
        _ if !input.contains("://") => without_scheme(input),
        _ => input.to_owned(),
    };
    let url = Url::parse(&input).map_err(|error| LinkError::malformed(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(LinkError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        // "https://known.example@other.example/": made to be misread.
        return Err(LinkError::malformed(
            "it has a user name or a password in it",
        ));
    }
    Ok(url)
}

fn without_scheme(input: &str) -> String {
    match Url::parse(&format!("http://{input}")) {
        Ok(url) if is_local(&url) => url.into(),
        _ => format!("https://{input}"),
    }
}

/// Whether a host is this computer or in this network, hence has no certificate.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || name.ends_with(".local") || name.ends_with(".localhost")
        }
        None => false,
    }
}
