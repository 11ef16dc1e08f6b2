//! Web links, with and without scheme, and bare codes.

use std::net::IpAddr;

use url::{Host, Url};

use super::encoding::{decode_component, strip_scheme};
use super::person::Parameters;
use super::{DEFAULT_SITE, LinkError, RoomLink, default_site, room_id};

/// The link inside a sentence, or inside brackets or quotes; otherwise the input.
///
/// # Errors
/// A link with a space inside: cut there, it would lead into another room.
pub(super) fn without_surroundings(input: &str) -> Result<&str, LinkError> {
    const WRAPPERS: &[char] = &['<', '>', '(', ')', '[', ']', '"', '\'', '“', '”', '`'];
    let bare = input.trim_start_matches(WRAPPERS);
    let is_link = |text: &str| {
        let starts = ["https://", "http://", "jbcall:"];
        starts.iter().any(|start| starts_with(text, start))
    };
    if is_link(bare) {
        let line = bare.lines().next().unwrap_or_default().trim_end();
        if line.contains(char::is_whitespace) {
            return Err(LinkError::malformed("there is a space in it"));
        }
        let wrapped = bare.len() < input.len();
        return Ok(if wrapped {
            end_of_link(line, WRAPPERS)
        } else {
            line
        });
    }
    let word = input
        .split_whitespace()
        .map(|word| word.trim_start_matches(WRAPPERS))
        .find(|word| is_link(word));
    Ok(word.map_or(input, |word| end_of_link(word, WRAPPERS)))
}

/// A link without the punctuation of the sentence around it.
fn end_of_link<'a>(link: &'a str, wrappers: &[char]) -> &'a str {
    link.trim_end_matches(|c| wrappers.contains(&c) || matches!(c, '.' | ',' | ';' | '!'))
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// A web link, an address without scheme, a path or a bare code.
pub(super) fn parse(input: &str) -> Result<RoomLink, LinkError> {
    if let Some(scheme) = scheme(input) {
        return match scheme.as_str() {
            "http" | "https" => parse_url(input),
            "ws" | "wss" => parse_url(&format!("http{}", input.get(2..).unwrap_or_default())),
            _ => Err(LinkError::Scheme { scheme }),
        };
    }
    let path = input.trim_start_matches('/');
    if input.starts_with("/room/") || input.starts_with("room/") {
        return parse_url(&format!("{DEFAULT_SITE}{path}"));
    }
    let host_end = input.find(['/', '?', '#']);
    let host = &input[..host_end.unwrap_or(input.len())];
    if is_address(host, host_end.is_some()) {
        return parse_url(&format!("{}://{input}", scheme_for(host)));
    }
    if host.eq_ignore_ascii_case(default_site().host_str().unwrap_or_default()) {
        return Err(LinkError::no_room(DEFAULT_SITE));
    }
    match room_id(input)? {
        Some(room) => Ok(RoomLink::to_room(room, None)),
        None => Err(LinkError::Empty),
    }
}

/// The base address of a server that is written without a room, with a slash at its end:
/// `https://calls.example`, `127.0.0.1:3000`, `calls.example/`.
///
/// # Errors
/// What is no web address.
pub fn server_address(input: &str) -> Result<Url, LinkError> {
    let input = without_surroundings(input.trim())?;
    let host = &input[..input.find(['/', '?', '#']).unwrap_or(input.len())];
    let mut url = match scheme(input) {
        Some(_) => web_url(input)?,
        None => web_url(&format!("{}://{input}", scheme_for(host)))?,
    };
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// The scheme before `://`, in lower case.
fn scheme(input: &str) -> Option<String> {
    let (scheme, _) = input.split_once("://")?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    valid.then(|| scheme.to_ascii_lowercase())
}

/// Whether text without scheme begins with a host: `a.example/…`, `localhost:3000`,
/// `127.0.0.1`, `[::1]:3000`. A name with dots alone is a room code.
pub(super) fn is_address(host: &str, has_path: bool) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (name, true)
        }
        _ => (host, false),
    };
    let literal = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    if literal.parse::<IpAddr>().is_ok() || name.eq_ignore_ascii_case("localhost") {
        return has_path || port;
    }
    has_path && (port || name.contains('.')) && !name.contains(char::is_whitespace)
}

/// `http` for hosts that have no public name, hence no certificate; `https` for all others.
pub(super) fn scheme_for(host: &str) -> &'static str {
    match Url::parse(&format!("http://{host}")) {
        Ok(url) if is_local(&url) => "http",
        _ => "https",
    }
}

/// Whether a host is this computer or in this network.
pub(crate) fn is_local(url: &Url) -> bool {
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

/// A complete web link.
pub(super) fn parse_url(input: &str) -> Result<RoomLink, LinkError> {
    let url = web_url(input)?;
    let parameters = Parameters::new(owned_pairs(&url));
    let segments: Vec<&str> = url
        .path_segments()
        .map(Iterator::collect)
        .unwrap_or_default();
    let at = segments.iter().position(|s| s.eq_ignore_ascii_case("room"));
    let site = site(&url, segments.get(..at.unwrap_or(0)).unwrap_or_default());

    let mut room = match at.and_then(|at| segments.get(at + 1..)) {
        Some([id] | [id, ""]) => room_id(&decode_component(id))?,
        Some([_, ..]) => return Err(LinkError::ExtraPath),
        _ => None,
    };
    if room.is_none() {
        room = parameters.room().map_or(Ok(None), room_id)?;
    }
    if room.is_none()
        && let Some(fragment) = url.fragment()
        && let Some(path) = fragment
            .trim_start_matches(['!', '/'])
            .strip_prefix("room/")
    {
        // A router that keeps the path in the fragment: the rest reads like a path. No
        // fragment in the fragment, so that this ends.
        let path = path.split('#').next().unwrap_or_default();
        let mut link = parse_url(&format!("{site}room/{path}"))?;
        parameters.fill(&mut link);
        return Ok(link);
    }
    let room = room.ok_or_else(|| LinkError::no_room(site.as_str()))?;
    let mut link = RoomLink::to_room(room, Some(site));
    parameters.fill(&mut link);
    Ok(link)
}

/// An address that can be a site or a gateway: `http` or `https` (`ws` and `wss` mean the
/// same), with a host, without credentials.
pub(crate) fn web_url(input: &str) -> Result<Url, LinkError> {
    let input = match (strip_scheme(input, "ws"), strip_scheme(input, "wss")) {
        (Some(rest), _) => format!("http:{rest}"),
        (_, Some(rest)) => format!("https:{rest}"),
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

fn site(url: &Url, prefix: &[&str]) -> Url {
    let mut site = url.clone();
    site.set_query(None);
    site.set_fragment(None);
    let mut path = String::from("/");
    for segment in prefix {
        path.push_str(segment);
        path.push('/');
    }
    site.set_path(&path);
    site
}

fn owned_pairs(url: &Url) -> impl Iterator<Item = (String, String)> {
    url.query_pairs()
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
}
