//! What is recognised by the place where it stands.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::marked::Marked;
use super::{Kind, Piece, Redactor};

/// Names of parameters and fields, and what stands in them. Case, `_` and `-` do not matter.
const FIELDS: &[(Kind, &[&str])] = &[
    (Kind::Room, &["room", "roomid", "roomname", "roomcode"]),
    (
        Kind::Record,
        &["patientid", "patient", "recordid", "screeningid"],
    ),
    (
        Kind::Person,
        &[
            "username",
            "displayname",
            "fullname",
            "nickname",
            "partnername",
            "participantname",
            "sendername",
            "speakername",
        ],
    ),
    (
        Kind::Id,
        &[
            "sid",
            "session",
            "sessionid",
            "socketid",
            "participantid",
            "peerid",
            "userid",
            "uid",
            "producerid",
            "consumerid",
            "transportid",
            "senderid",
            "speakerid",
            "routerid",
        ],
    ),
    (
        Kind::Secret,
        &[
            "token",
            "accesstoken",
            "idtoken",
            "refreshtoken",
            "sessiontoken",
            "authtoken",
            "jwt",
            "apikey",
            "secret",
            "clientsecret",
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "credential",
            "credentials",
            "signature",
            "usernamefragment",
            "iceufrag",
            "icepwd",
            "authorization",
            "proxyauthorization",
            "cookie",
            "setcookie",
        ],
    ),
];

/// As [`FIELDS`], in what servers send: in the facts these words mean other things.
const SENT_FIELDS: &[(Kind, &[&str])] = &[
    (Kind::Person, &["name", "user", "partner"]),
    (Kind::Id, &["id"]),
    (
        Kind::Secret,
        &["auth", "key", "pass", "data", "sig", "ticket"],
    ),
];

/// What stands in a field of this name of a value.
pub(super) fn kind_of_field(name: &str) -> Option<Kind> {
    kind_in(FIELDS, name)
}

fn kind_in(fields: &[(Kind, &[&str])], name: &str) -> Option<Kind> {
    let name: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    fields
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()))
        .map(|(kind, _)| *kind)
}

/// How a place is read: `k` is the name of a field, `v` what stands in it.
struct Place {
    pattern: Regex,
    /// What stands there; by the name of the field if none.
    kind: Option<Kind>,
}

macro_rules! places {
    ($($kind:expr => $pattern:expr,)*) => {
        // The patterns are constants, and a test compiles them.
        vec![$(Regex::new($pattern).ok().map(|pattern| Place { pattern, kind: $kind })),*]
    };
}

static PLACES: LazyLock<Vec<Option<Place>>> = LazyLock::new(|| {
    places![
        // Headers, also in listings and in JSON.
        Some(Kind::Secret) => r#"(?i)\b(?:proxy-)?authorization["']?\s*[:=,]\s*["']?(?P<v>[^\r\n"']+)"#,
        Some(Kind::Secret) => r"(?i)\bbearer\s+(?P<v>[\w.~+/=-]{6,})",
        Some(Kind::Secret) => r"(?i)\bbasic\s+(?P<v>[A-Za-z0-9+/]{8,}=*)",
        // User and password before a host.
        Some(Kind::Secret) => r#"://(?P<v>[^/\s@"'<>]+)@"#,
        // Paths, also inside a parameter.
        Some(Kind::Room) => r#"(?i)/room/(?P<v>[^/?#\s"'<>\\&,;)]+)"#,
        Some(Kind::Room) => r#"(?i)%2froom%2f(?P<v>(?:[^%/?#\s"'<>\\&,;)]|%25)+)"#,
        Some(Kind::Person) => r#"(?i)(?:/home/|/users/|\\users\\)(?P<v>[^/\\\s"':<>]+)"#,
        // Session descriptions.
        Some(Kind::Secret) => r"(?i)\bice-(?:ufrag|pwd):(?P<v>\S+)",
        // JSON, JSON inside JSON, and what a script assigns.
        None => r#""(?P<k>[\w.-]{1,40})"\s*:\s*"(?P<v>(?:[^"\\]|\\.)+)"#,
        None => r#"\\"(?P<k>[\w.-]{1,40})\\"\s*:\s*\\"(?P<v>(?:[^"\\]|\\\\.)+)"#,
        None => r#"'(?P<k>[\w.-]{1,40})'\s*:\s*'(?P<v>[^']+)"#,
        None => r#""(?P<k>[\w.-]{1,40})"\s*:\s*(?P<v>\d+)"#,
        None => r#"\b(?P<k>[\w-]{1,40})=(?P<v>[^&;#\s"'<>\\,)]+)"#,
        Some(Kind::Secret) => r#"(?i)\b[\w.-]*(?:secret|passw(?:or)?d|credential|[_-]token|api[_-]?key|private[_-]?key|access[_-]?key)\w*["']?\s*[:=]\s*["'`]?(?P<v>[^\s"'`,;&}<>]+)"#,
    ]
});

static COOKIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?P<k>(?:set-)?cookie)["']?\s*[:=,]\s*["']?(?P<v>[^\r\n"']+)"#).ok()
});

impl Redactor {
    /// Hides what stands in places where only such things stand.
    pub(super) fn by_context(&mut self, marked: &Marked) -> Vec<Piece> {
        let mut pieces = vec![Piece::Open(marked.text.clone())];
        if let Some(pattern) = COOKIES.as_ref() {
            pieces = self.in_place(pieces, pattern, |this, found, value| {
                let set = found.name("k").is_some_and(|name| name.len() > 6);
                Some(this.cookies(marked, set, value))
            });
        }
        for place in PLACES.iter().flatten() {
            pieces = self.in_place(pieces, &place.pattern, |this, found, value| {
                let kind = place.kind.or_else(|| {
                    let name = found.name("k")?.as_str();
                    kind_of_field(name).or_else(|| kind_in(SENT_FIELDS, name))
                })?;
                Some(this.in_its_place(marked, kind, value))
            });
        }
        pieces
    }

    fn in_its_place(&mut self, marked: &Marked, kind: Kind, value: &str) -> String {
        match marked.single(value) {
            Some(done) => done.to_owned(),
            None => self.recognised(kind, &decoded(&marked.filled(value))),
        }
    }

    fn in_place(
        &mut self,
        pieces: Vec<Piece>,
        pattern: &Regex,
        replace: impl Fn(&mut Self, &Captures<'_>, &str) -> Option<String>,
    ) -> Vec<Piece> {
        let mut next = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let Piece::Open(text) = piece else {
                next.push(piece);
                continue;
            };
            let mut open = 0;
            for found in pattern.captures_iter(&text) {
                let Some(value) = found.name("v") else {
                    continue;
                };
                if let Some(done) = replace(self, &found, value.as_str()) {
                    next.push(Piece::Open(text[open..value.start()].to_owned()));
                    next.push(Piece::Done(done));
                    open = value.end();
                }
            }
            next.push(Piece::Open(text[open..].to_owned()));
        }
        next
    }

    /// The names of cookies tell which balancer is at work; their values nothing to anybody else.
    fn cookies(&mut self, marked: &Marked, set: bool, header: &str) -> String {
        let parts = header.split(';').enumerate().map(|(at, part)| {
            match part.split_once('=') {
                Some((name, value)) if !set || at == 0 => {
                    let name = self.looked_at(marked, name);
                    let value = self.in_its_place(marked, Kind::Secret, value);
                    format!("{name}={value}")
                }
                // Attributes, and what is no cookie.
                _ => self.looked_at(marked, part),
            }
        });
        parts.collect::<Vec<_>>().join(";")
    }
}

/// Without percent encoding, so that a value is the same thing in a link and in a body.
fn decoded(value: &str) -> String {
    if !value.contains('%') && !value.contains('+') {
        return value.to_owned();
    }
    let pair = format!("v={value}");
    let decoded = url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned());
    decoded.unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_patterns_are_patterns() {
        assert!(PLACES.iter().all(Option::is_some));
        assert!(COOKIES.is_some());
    }
}
