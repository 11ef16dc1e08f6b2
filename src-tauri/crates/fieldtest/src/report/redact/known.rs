//! Texts that are known beforehand, in every encoding in which they may come back.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regex::{Regex, RegexBuilder};

use super::Piece;

/// Shorter secrets are hidden where they stand as a word of their own only: a person may be called
/// "An".
const WHOLE_WORD_BELOW: usize = 6;

/// More texts than this are hidden where they are recognised only.
const RECOGNISED_LIMIT: usize = 1_000;

/// Secrets with their placeholders, and names of servers.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// In lower case.
    secrets: BTreeMap<String, String>,
    servers: BTreeSet<String>,
    /// Finds all of them; built when it is needed.
    pattern: Option<Regex>,
}

impl Known {
    /// Hides a text in all its encodings.
    pub fn hide(&mut self, text: &str, placeholder: &str) {
        for form in forms(text) {
            self.hide_form(&form, placeholder);
        }
    }

    /// Hides a text as it stands: for things that were recognised in what servers sent, of which
    /// there may be many.
    pub fn hide_as_is(&mut self, text: &str, placeholder: &str) {
        if self.secrets.len() < RECOGNISED_LIMIT {
            self.hide_form(text, placeholder);
        }
    }

    fn hide_form(&mut self, form: &str, placeholder: &str) {
        if let Entry::Vacant(entry) = self.secrets.entry(form.to_lowercase()) {
            entry.insert(placeholder.to_owned());
            self.pattern = None;
        }
    }

    /// Keeps a server's name readable.
    pub fn keep(&mut self, host: &str) {
        if self.servers.insert(host.to_lowercase()) {
            self.pattern = None;
        }
    }

    /// The placeholder of a text that is a secret as a whole.
    pub fn placeholder_of(&self, text: &str) -> Option<String> {
        self.secrets.get(&text.trim().to_lowercase()).cloned()
    }

    /// Whether hiding this would hide a part of a server's name.
    pub fn concerns_a_server(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.servers
            .iter()
            .any(|server| server.contains(&text) || text.contains(server))
    }

    /// Whether a secret is in the text.
    pub fn is_in(&mut self, text: &str) -> bool {
        let hidden = |piece: &Piece| matches!(piece, Piece::Done(done) if self.secrets.values().any(|p| p == done));
        if self.secrets.is_empty() {
            return false;
        }
        Self::split_with(
            self.pattern
                .get_or_insert_with(|| pattern(&self.secrets, &self.servers)),
            &self.secrets,
            &self.servers,
            text,
        )
        .iter()
        .any(hidden)
    }

    /// Replaces the secrets; names of servers are done as they are.
    pub fn split(&mut self, text: &str) -> Vec<Piece> {
        if self.secrets.is_empty() && self.servers.is_empty() {
            return vec![Piece::Open(text.to_owned())];
        }
        let pattern = self
            .pattern
            .get_or_insert_with(|| pattern(&self.secrets, &self.servers));
        Self::split_with(pattern, &self.secrets, &self.servers, text)
    }

    fn split_with(
        pattern: &Regex,
        secrets: &BTreeMap<String, String>,
        servers: &BTreeSet<String>,
        text: &str,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut open = 0;
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|_| pattern.find_at(text, at)) {
            let key = found.as_str().to_lowercase();
            let (before, after) = (&text[..found.start()], &text[found.end()..]);
            let is_word = ends_before_word(before) && !continues_word(after);
            let done = match secrets.get(&key) {
                Some(placeholder) if key.len() >= WHOLE_WORD_BELOW || is_word => {
                    Some(placeholder.clone())
                }
                None if servers.contains(&key) && is_word && !before.ends_with('-') => {
                    Some(found.as_str().to_owned())
                }
                _ => None,
            };
            match done {
                Some(done) => {
                    pieces.push(Piece::Open(text[open..found.start()].to_owned()));
                    pieces.push(Piece::Done(done));
                    open = found.end();
                    at = open;
                }
                None => {
                    let first = found.as_str().chars().next().map_or(1, char::len_utf8);
                    at = found.start() + first;
                }
            }
        }
        pieces.push(Piece::Open(text.get(open..).unwrap_or_default().to_owned()));
        pieces
    }
}

/// The longest first, so that a secret that contains another is one. A secret that is named like a
/// server is hidden, unless it is exactly its name.
fn pattern(secrets: &BTreeMap<String, String>, servers: &BTreeSet<String>) -> Regex {
    let mut texts: Vec<&String> = secrets.keys().chain(servers).collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let escaped: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
    RegexBuilder::new(&escaped.join("|"))
        .case_insensitive(true)
        .size_limit(64 << 20)
        .build()
        .unwrap_or_else(|_| super::looks::EVERYTHING.clone())
}

/// Whether a word can begin after this: also after `%20`, `\n`, `\u0020`.
fn ends_before_word(before: &str) -> bool {
    let mut last = before.chars().rev();
    let (Some(c), b, a) = (last.next(), last.next(), last.next()) else {
        return true;
    };
    if !c.is_alphanumeric() {
        return true;
    }
    let escaped = b == Some('\\');
    let percent =
        a == Some('%') && c.is_ascii_hexdigit() && b.is_some_and(|b| b.is_ascii_hexdigit());
    let unicode = before
        .len()
        .checked_sub(6)
        .and_then(|at| before.get(at..))
        .is_some_and(|end| end.starts_with("\\u"));
    escaped || percent || unicode
}

fn continues_word(after: &str) -> bool {
    after.starts_with(char::is_alphanumeric)
}

/// The text as it may come back: percent-encoded, in a form, in base64, escaped for JSON or HTML.
fn forms(text: &str) -> BTreeSet<String> {
    let percent = |space: &str, keep: &str| -> String {
        let encode = |byte: &u8| match byte {
            b' ' if !space.is_empty() => space.to_owned(),
            byte if byte.is_ascii_alphanumeric() || keep.as_bytes().contains(byte) => {
                char::from(*byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        text.as_bytes().iter().map(encode).collect()
    };
    let json: String = text
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte @ b' '..=b'~') => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    let html = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let quoted_html = html.replace('"', "&quot;").replace('\'', "&#39;");
    // What `encodeURIComponent`, forms and paths leave as it is.
    let component = percent("", "-_.!~*'()");
    let mut forms = BTreeSet::from([
        text.to_owned(),
        percent("", "-_.~"),
        percent("+", "-_.*"),
        percent("", "-_.!~*'()/:@$&+,;="),
        component.replace('%', "%25"),
        component,
        json,
        quoted,
        html,
        quoted_html,
    ]);
    // Of shorter ones base64 is four letters, and anywhere.
    if text.len() >= 4 {
        let padded = STANDARD.encode(text);
        forms.insert(padded.replace('=', "%3D"));
        forms.insert(padded.trim_end_matches('=').to_owned());
        forms.insert(
            padded
                .trim_end_matches('=')
                .replace('+', "%2B")
                .replace('/', "%2F"),
        );
        forms.insert(URL_SAFE_NO_PAD.encode(text));
        forms.insert(padded);
    }
    if let Ok(address) = text.parse::<std::net::Ipv4Addr>() {
        // As in names that are made of addresses.
        forms.insert(address.to_string().replace('.', "-"));
    }
    forms
}
