//! What must not be in a report is replaced by placeholders such as `room-1`, equal things by equal
//! placeholders, so that an operator still sees which answers belong together.
//!
//! A [`Redactor`] is told what it knows (the room, names, tokens, addresses of this computer; the
//! servers, which stay readable) and recognises the rest: by the place where it stands (a header, a
//! parameter, a field), and by its looks. In doubt it hides.

mod context;
mod known;
mod looks;
mod marked;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use signaling::RoomId;

use crate::diagnosis::{Diagnosis, RungResult};
use known::Known;
use marked::Marked;

/// What a hidden thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A room's id.
    Room,
    /// A record's id.
    Record,
    /// A person's name, or user name.
    Person,
    /// Id of a participant, a socket, a session, a producer.
    Id,
    /// A token, a password, a cookie's value, a relay's credential.
    Secret,
    /// An address that is not a server's: of this computer, of a peer.
    Address,
    /// An e-mail address.
    Email,
    /// A sound device's name: people name them after themselves.
    Device,
}

impl Kind {
    /// The word of its placeholders.
    fn word(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Record => "record",
            Self::Person => "person",
            Self::Id => "id",
            Self::Secret => "secret",
            Self::Address => "address",
            Self::Email => "email",
            Self::Device => "device",
        }
    }
}

/// A part of a text while it is redacted.
enum Piece {
    /// Still to be looked at.
    Open(String),
    /// Done: a placeholder, or something that stays.
    Done(String),
}

/// Hides people and secrets in texts and values.
#[derive(Debug, Default)]
pub struct Redactor {
    /// Placeholders by what they stand for.
    placeholders: BTreeMap<String, String>,
    counts: BTreeMap<Kind, usize>,
    known: Known,
    server_addresses: BTreeSet<IpAddr>,
}

impl Redactor {
    /// A room: its id, and the id under which the gateway may keep it.
    pub fn room(&mut self, room: &RoomId) {
        self.secret(Kind::Room, room.as_str());
        if let Some(rewritten) = room.rewritten() {
            self.secret(Kind::Room, &rewritten);
        }
    }

    /// Something that must never be seen, in whatever encoding.
    pub fn secret(&mut self, kind: Kind, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if kind == Kind::Address
            && let Ok(address) = text.parse::<IpAddr>()
            && self.is_of_a_server(address)
        {
            return;
        }
        let placeholder = self.placeholder(kind, text);
        self.known.hide(text, &placeholder);
    }

    /// The placeholder of something that is hidden whole.
    pub fn hidden(&mut self, kind: Kind, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            return String::new();
        }
        self.placeholder(kind, text)
    }

    /// A server: its name or address stays readable wherever it stands.
    pub fn server(&mut self, host: &str) {
        let host = host.trim_matches(['[', ']']).trim_end_matches('.');
        if host.is_empty() {
            return;
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            self.server_addresses.insert(address.to_canonical());
        }
        self.known.keep(host);
    }

    /// A text with everything hidden that must be.
    pub fn text(&mut self, text: &str) -> String {
        // What is known comes first, so that no place that is cut out of the text cuts it in two.
        let marked = Marked::new(self.known.split(text));
        let mut done = String::with_capacity(text.len());
        for piece in self.by_context(&marked) {
            match piece {
                Piece::Done(text) => done.push_str(&text),
                Piece::Open(text) => done.push_str(&self.looked_at(&marked, &text)),
            }
        }
        done
    }

    /// The rest of a marked text: what was known is filled in, the rest hidden by its looks.
    fn looked_at(&mut self, marked: &Marked, text: &str) -> String {
        let mut done = String::with_capacity(text.len());
        for piece in marked.pieces(text) {
            match piece {
                Piece::Done(text) => done.push_str(&text),
                Piece::Open(text) => {
                    for piece in self.by_looks(&text) {
                        let (Piece::Open(text) | Piece::Done(text)) = piece;
                        done.push_str(&text);
                    }
                }
            }
        }
        done
    }

    /// A result with its values and evidence redacted; the codes of causes are ours.
    pub fn result(&mut self, result: &RungResult) -> RungResult {
        let mut redacted = result.clone();
        for finding in &mut redacted.findings {
            for code in std::iter::once(&mut finding.cause).chain(&mut finding.alternatives) {
                if !super::words::is_cause(code) {
                    *code = self.text(code);
                }
            }
            for value in finding.values.values_mut() {
                *value = self.text(value);
            }
        }
        for evidence in &mut redacted.evidence {
            evidence.what = self.text(&evidence.what);
            // With its label, as a header's value is known by the header's name.
            evidence.seen = self.labelled(&evidence.what, &evidence.seen);
        }
        redacted
    }

    /// All results, redacted.
    pub fn diagnosis(&mut self, diagnosis: &Diagnosis) -> Diagnosis {
        Diagnosis {
            rungs: diagnosis
                .rungs
                .iter()
                .map(|result| self.result(result))
                .collect(),
        }
    }

    /// The placeholder of a thing, the same for equal things.
    fn placeholder(&mut self, kind: Kind, text: &str) -> String {
        if let Some(placeholder) = self.known.placeholder_of(text) {
            return placeholder;
        }
        let key = text.to_lowercase();
        if let Some(placeholder) = self.placeholders.get(&key) {
            return placeholder.clone();
        }
        let count = self.counts.entry(kind).or_default();
        let placeholder = loop {
            *count += 1;
            let placeholder = format!("{}-{count}", kind.word());
            // A room may really be called room-1.
            if placeholder != key {
                break placeholder;
            }
        };
        self.placeholders.insert(key, placeholder.clone());
        placeholder
    }

    /// The placeholder of something that was recognised by its place, which is then hidden
    /// elsewhere, too, if it cannot be mistaken for a word.
    fn recognised(&mut self, kind: Kind, text: &str) -> String {
        let placeholder = self.placeholder(kind, text);
        let distinctive = match kind {
            Kind::Room => text.len() >= 4,
            Kind::Person => !text.is_ascii() || text.trim().contains(' '),
            _ => text.len() >= 8 && text.bytes().any(|b| b.is_ascii_digit()),
        };
        if distinctive && !self.known.concerns_a_server(text) {
            self.known.hide_as_is(text, &placeholder);
        }
        placeholder
    }

    /// Whether an address identifies nobody, or a server.
    fn is_of_a_server(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback()
            || address.is_unspecified()
            || self.server_addresses.contains(&address)
    }
}

#[cfg(test)]
mod tests;
