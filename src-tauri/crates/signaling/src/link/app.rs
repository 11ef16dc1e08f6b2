//! Links of this program's own scheme.

use url::Url;
use url::form_urlencoded;

use super::address::{is_address, parse_url, scheme_for, web_url};
use super::encoding::decode_component;
use super::person::Parameters;
use super::{DEFAULT_SITE, LinkError, RoomLink, room_id};

/// Reads what follows `jbcall:`.
pub(super) fn parse(rest: &str) -> Result<RoomLink, LinkError> {
    let body = rest.trim_start_matches('/');
    if let Some(link) = whole_web_link(body) {
        return parse_url(&link);
    }
    let (body, fragment) = body.split_once('#').unwrap_or((body, ""));
    let (path, query) = body.split_once('?').unwrap_or((body, ""));
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let first = segments.first().copied().unwrap_or_default();
    let is = |word: &str| first.eq_ignore_ascii_case(word);

    if is("join") || is("open") || is("call") {
        return join(segments.get(1..).unwrap_or_default(), pairs);
    }
    if is("room") && segments.len() > 1 {
        return match segments.get(1..) {
            Some([room]) => code(&decode_component(room), pairs),
            _ => Err(LinkError::ExtraPath),
        };
    }
    let names_room = Parameters::new(pairs.iter().cloned()).room().is_some();
    if segments.len() > 1
        || is_address(first, names_room)
        || (is_address(first, true) && fragment.contains("room/"))
    {
        // The scheme stands in place of https.
        let fragment = if fragment.is_empty() {
            String::new()
        } else {
            format!("#{fragment}")
        };
        return parse_url(&format!("{}://{body}{fragment}", scheme_for(first)));
    }
    code(&decode_component(first), pairs)
}

/// `https://…` after the scheme, also as browsers normalise it: `https//…`, `https:/…`.
fn whole_web_link(body: &str) -> Option<String> {
    for scheme in ["https", "http"] {
        let Some(head) = body.get(..scheme.len()) else {
            continue;
        };
        let rest = &body[scheme.len()..];
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        if head.eq_ignore_ascii_case(scheme) && rest.starts_with('/') {
            return Some(format!("{scheme}://{}", rest.trim_start_matches('/')));
        }
    }
    None
}

/// `join?link=…`, `join?room=…`, `join/…`.
fn join(path: &[&str], pairs: Vec<(String, String)>) -> Result<RoomLink, LinkError> {
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.trim().is_empty())
            .map(|(_, value)| value.trim().to_owned())
    };
    if let Some(link) = value("link").or_else(|| value("url")) {
        return wrapped(&link, pairs);
    }
    match path {
        [] | [""] => code("", pairs),
        [one] => {
            let one = decode_component(one);
            if one.contains("://") {
                wrapped(&one, pairs)
            } else {
                code(&one, pairs)
            }
        }
        _ => Err(LinkError::ExtraPath),
    }
}

/// A web link inside an app link; the parameters outside fill what it leaves open.
fn wrapped(link: &str, pairs: Vec<(String, String)>) -> Result<RoomLink, LinkError> {
    let mut link = super::address::parse(link)?;
    link.gateway = gateway(&pairs)?;
    Parameters::new(pairs.into_iter()).fill(&mut link);
    Ok(link)
}

/// A room code, with an optional site and gateway.
fn code(room: &str, pairs: Vec<(String, String)>) -> Result<RoomLink, LinkError> {
    let site = match parameter(&pairs, "site") {
        Some(site) => Some(site_url(&site)?),
        None => None,
    };
    let gateway = gateway(&pairs)?;
    let parameters = Parameters::new(pairs.into_iter());
    let room = match room_id(room)? {
        Some(room) => Some(room),
        None => parameters.room().map_or(Ok(None), room_id)?,
    };
    let room = room.ok_or_else(|| {
        LinkError::no_room(site.as_ref().map_or(DEFAULT_SITE, |site| site.as_str()))
    })?;
    let mut link = RoomLink::to_room(room, site);
    link.gateway = gateway;
    parameters.fill(&mut link);
    Ok(link)
}

fn parameter(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs
        .iter()
        .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.trim().is_empty())
        .map(|(_, value)| value.trim().to_owned())
}

fn gateway(pairs: &[(String, String)]) -> Result<Option<Url>, LinkError> {
    parameter(pairs, "gateway")
        .map(|url| address(&url))
        .transpose()
}

/// A site's address, with a slash at its end.
fn site_url(text: &str) -> Result<Url, LinkError> {
    let mut site = address(text)?;
    site.set_query(None);
    site.set_fragment(None);
    if !site.path().ends_with('/') {
        let path = format!("{}/", site.path());
        site.set_path(&path);
    }
    Ok(site)
}

/// An address with or without scheme.
fn address(text: &str) -> Result<Url, LinkError> {
    if text.contains("://") {
        return web_url(text);
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    web_url(&format!("{}://{text}", scheme_for(host)))
}
