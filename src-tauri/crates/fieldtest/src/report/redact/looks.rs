//! What is recognised by its looks: addresses, tokens, ids, random strings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::{Kind, Piece, Redactor};

/// The last resort where no pattern could be built: everything is a secret.
pub(super) static EVERYTHING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s).+").unwrap_or_else(|_| unreachable!()));

/// One expression with a name for each thing that it finds, the more certain first.
static LOOKS: LazyLock<Regex> = LazyLock::new(|| {
    let parts = [
        r"(?P<jwt>\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?)",
        r"(?P<email>[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+)",
        r"(?P<uuid>(?i:\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.local)?)",
        r"(?P<v4>\d{1,3}(?:\.\d{1,3}){3})",
        r"(?P<v6>(?i:[0-9a-f]{0,4}:[0-9a-f:]{0,40}:[0-9a-f:.]{0,40})(?:%\w+)?)",
        r"(?P<mac>(?i:\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5})\b)",
        r"(?P<run>[A-Za-z0-9+/_=-]{8,})",
    ];
    Regex::new(&parts.join("|")).unwrap_or_else(|_| EVERYTHING.clone())
});

const ANY_BASE64: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_BASE64);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_BASE64);

/// Shorter strings are words or numbers.
const RANDOM_FROM: usize = 16;
/// Hexadecimal digits of a key; shorter ones are revisions and tags.
const HEX_FROM: usize = 24;

impl Redactor {
    /// Hides what looks like something to be hidden.
    pub(super) fn by_looks(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut open, mut at) = (0, 0);
        while let Some((whole, found)) = LOOKS
            .captures_at(text, at)
            .and_then(|found| Some((found.get(0)?, found)))
        {
            let is = |name: &str| found.name(name).is_some();
            let thing = whole.as_str();
            let done = if is("jwt") {
                Some(self.placeholder(Kind::Secret, thing))
            } else if is("email") {
                Some(self.placeholder(Kind::Email, &thing.replace("%40", "@")))
            } else if is("uuid") {
                Some(self.placeholder(Kind::Id, thing))
            } else if is("mac") {
                Some(self.placeholder(Kind::Address, thing))
            } else if is("v4") {
                let address = thing.parse::<Ipv4Addr>().ok();
                address.map(|address| self.address(address.into(), thing))
            } else if is("v6") {
                self.colons(thing, &text[..whole.start()], &text[whole.end()..])
            } else {
                self.run(thing)
            };
            at = whole.end();
            match done {
                Some(done) => {
                    pieces.push(Piece::Open(text[open..whole.start()].to_owned()));
                    pieces.push(Piece::Done(done));
                    open = at;
                }
                // An address may begin inside: "label:1:192.0.2.1".
                None if is("v4") || is("v6") => at = whole.start() + 1,
                None => {}
            }
        }
        pieces.push(Piece::Open(text[open..].to_owned()));
        pieces
    }

    fn address(&mut self, address: IpAddr, seen: &str) -> String {
        if self.is_of_a_server(address) {
            return seen.to_owned();
        }
        self.placeholder(Kind::Address, &address.to_canonical().to_string())
    }

    /// Colons between hexadecimal digits: an address, a hardware address, or the time of day, a
    /// fingerprint, a path of a program, which stay.
    fn colons(&mut self, thing: &str, before: &str, after: &str) -> Option<String> {
        if !may_begin_after(before) || after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            return None;
        }
        let bare = thing.split('%').next().unwrap_or_default();
        let end = bare.trim_end_matches('.');
        // "2001:db8::1:" before a sentence goes on.
        for candidate in [end, end.strip_suffix(':').unwrap_or(end)] {
            if let Ok(address) = candidate.parse::<Ipv6Addr>() {
                let rest = &bare[candidate.len()..];
                return Some(self.address(address.into(), candidate) + rest);
            }
        }
        let groups: Vec<&str> = end.split(':').collect();
        let hardware = groups.len() == 6 && groups.iter().all(|group| group.len() == 2);
        hardware.then(|| self.placeholder(Kind::Address, end))
    }

    /// A run of letters and digits: hidden if it is a secret in base64, or looks random.
    fn run(&mut self, run: &str) -> Option<String> {
        let decoded = STANDARD.decode(run).or_else(|_| URL_SAFE.decode(run));
        if let Ok(bytes) = decoded {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if self.known.is_in(&text) {
                return Some(self.placeholder(Kind::Secret, run));
            }
        }
        // A path of words stays although it is long; a secret in it does not.
        let mut hidden = false;
        let whole_is_random = !run.contains('/') && looks_random(run);
        if whole_is_random {
            return Some(self.placeholder(Kind::Secret, run));
        }
        let parts: Vec<String> = run
            .split('/')
            .map(|part| {
                if looks_random(part) {
                    hidden = true;
                    self.placeholder(Kind::Secret, part)
                } else {
                    part.to_owned()
                }
            })
            .collect();
        if hidden {
            return Some(parts.join("/"));
        }
        let no_path =
            !run.starts_with('/') && run.len() >= HEX_FROM && looks_random(&run.replace('/', ""));
        (run.contains('/') && no_path).then(|| self.placeholder(Kind::Secret, run))
    }
}

/// Whether an address with colons may begin here: not in the middle of a longer row of groups.
fn may_begin_after(before: &str) -> bool {
    let mut last = before.chars().rev();
    match last.next() {
        Some(':') => !last
            .next()
            .is_some_and(|c| c.is_ascii_hexdigit() || c == ':'),
        Some(c) => !c.is_alphanumeric() && c != '_',
        None => true,
    }
}

/// Whether a string was made by a machine to be unguessable: its kinds of letters change more often
/// than those of words do.
pub(super) fn looks_random(run: &str) -> bool {
    let run = run.trim_matches(['-', '_', '=']);
    if run.len() < RANDOM_FROM {
        return false;
    }
    // Between words stand signs, in random strings too.
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    let kinds: Vec<u8> = run.bytes().filter_map(kind).collect();
    let digits = kinds.contains(&0);
    let letters = kinds.contains(&1) || kinds.contains(&2);
    if !letters {
        return false;
    }
    if run.len() >= HEX_FROM && digits && run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    // A third of the letters, or nearly half where there are no digits: "WebSocketExtensions"
    // changes as often as a third.
    if digits {
        changes * 10 >= run.len() * 3
    } else {
        changes * 20 >= run.len() * 9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_strings_and_words_are_told_apart() {
        for random in [
            "g3aARehqLGyGbWVpAAAA",
            "2S_UxtQKdJazd1DMAAAB",
            "bKzfOC54yXGsoHzmAAAB",
            "9f86d081884c7d659a2feaa0",
            "a8f3k2l9x0q1z7m4p5",
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        ] {
            assert!(looks_random(random), "{random}");
        }
        for word in [
            "Sec-WebSocket-Extensions",
            "access-control-allow-credentials",
            "pingIntervalMilliseconds",
            "SETTINGS_ENABLE_CONNECT_PROTOCOL",
            "sherpa-onnx-2024-vietnamese",
            "2026-11-20-20-38-32",
            "charset-UTF-8-and-more",
            "no-affinity",
        ] {
            assert!(!looks_random(word), "{word}");
        }
    }
}
