//! What of an answer is kept.

use signaling::discovery::without_secrets;

use crate::facts::Exchange;

/// Characters of a body that are kept.
const BODY_CHARS: usize = 300;

/// Headers whose values tell who asks.
const PERSONAL_HEADERS: [&str; 2] = ["set-cookie", "www-authenticate"];

/// Shortens the body after blanking what is named like a secret; cookies and the queries of
/// redirects, in which portals put the address of who asks, are dropped.
pub(super) fn shorten(exchange: &mut Exchange) {
    let Some(response) = &mut exchange.response else {
        return;
    };
    response.body = without_secrets(&response.body)
        .chars()
        .take(BODY_CHARS)
        .collect();
    for (name, value) in &mut response.headers {
        let name = name.to_ascii_lowercase();
        if PERSONAL_HEADERS.contains(&name.as_str()) {
            "…".clone_into(value);
        } else if name == "location" {
            let end = value.find(['?', '#']).unwrap_or(value.len());
            value.truncate(end);
        }
    }
}

/// As [`shorten`], for pages that name rooms and participants: nothing of the body is kept when it
/// may be such a page.
pub(super) fn without_ids(exchange: &mut Exchange) {
    shorten(exchange);
    if let Some(response) = &mut exchange.response
        && response.body.trim_start().starts_with(['{', '['])
    {
        response.body.clear();
    }
}
