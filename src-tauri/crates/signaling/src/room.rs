//! Room ids, and the rule by which the gateway rewrites them.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Letters of generated ids: those that are not mistaken for each other when read aloud or
/// copied by hand.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Groups of a generated id and letters in each: 12 letters are 59 bits, so that nobody
/// guesses a room. Knowing its id is enough to enter it.
const GROUPS: usize = 3;
const GROUP_LETTERS: usize = 4;

/// A room id exactly as it was typed or received: never trimmed inside, never changed in
/// case, never normalised, because people meet only where their strings are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RoomId(String);

impl RoomId {
    /// Wraps an id; `None` for an empty one, which no gateway accepts.
    pub fn new(id: impl Into<String>) -> Option<Self> {
        let id = id.into();
        (!id.is_empty()).then_some(Self(id))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A new id such as `k3vd-9xwq-mh7t` which the gateway never rewrites.
    pub fn generate(rng: &mut impl Rng) -> Self {
        loop {
            let groups: [String; GROUPS] = std::array::from_fn(|_| {
                (0..GROUP_LETTERS)
                    .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
                    .collect()
            });
            let id = groups.join("-");
            if rewritten(&id).is_none() {
                return Self(id);
            }
        }
    }

    /// The id under which the gateway really keeps the room, where it differs: for
    /// diagnostics and servers, never to be joined with.
    pub fn rewritten(&self) -> Option<String> {
        rewritten(&self.0)
    }
}

impl std::fmt::Display for RoomId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RoomId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("the room id is empty"))
    }
}

/// The gateway's rewrite rule: it decodes every room id from base64 the way Node's `Buffer`
/// does, and where the decoded text has an underscore, that text becomes the id.
///
/// Everybody who uses the same string still meets in the same room, but joining with the
/// result can lead to a third room.
pub fn rewritten(id: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(id.len() * 3 / 4);
    let mut group: u32 = 0;
    let mut digits = 0;
    for unit in id.encode_utf16() {
        // Node looks at the low byte of each UTF-16 unit only: "ũ" (U+0169) counts as "i".
        let byte = (unit & 0xFF) as u8;
        if byte == b'=' {
            break;
        }
        let Some(digit) = base64_digit(byte) else {
            continue;
        };
        group = group << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            bytes.extend_from_slice(&group.to_be_bytes()[1..]);
            group = 0;
            digits = 0;
        }
    }
    match digits {
        2 => bytes.push((group >> 4) as u8),
        3 => bytes.extend_from_slice(&((group >> 2) as u16).to_be_bytes()),
        _ => {}
    }
    bytes
        .contains(&b'_')
        .then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn generated_ids_are_never_rewritten_and_differ() {
        let mut rng = StdRng::seed_from_u64(7);
        let ids: std::collections::BTreeSet<_> =
            (0..20_000).map(|_| RoomId::generate(&mut rng)).collect();
        assert_eq!(ids.len(), 20_000);
        for id in ids {
            assert_eq!(id.rewritten(), None, "{id}");
            assert!((10..=50).contains(&id.as_str().len()));
            assert!(
                id.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
    }

    #[test]
    fn a_base64_name_is_decoded_and_not_stable() {
        assert_eq!(
            rewritten("dXNlcl8xX3VzZXJfMg==").as_deref(),
            Some("user_1_user_2")
        );
        assert_ne!(rewritten("user_1_user_2").as_deref(), Some("user_1_user_2"));
        assert_eq!(rewritten("phòng họp"), None);
    }

    #[test]
    fn an_empty_id_is_none() {
        assert_eq!(RoomId::new(""), None);
        assert_eq!(rewritten(""), None);
    }
}
