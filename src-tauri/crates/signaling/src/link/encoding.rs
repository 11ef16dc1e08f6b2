//! Percent and base64 encodings as they are met in links.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// What follows `scheme:`, or `None`.
pub(super) fn strip_scheme<'a>(input: &'a str, scheme: &str) -> Option<&'a str> {
    let head = input.get(..scheme.len())?;
    if !head.eq_ignore_ascii_case(scheme) {
        return None;
    }
    input.get(scheme.len()..)?.strip_prefix(':')
}

/// Escapes everything that `encodeURIComponent` escapes.
pub(super) fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                encoded.push(char::from(byte));
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                encoded.push('%');
                encoded.push(char::from(HEX[usize::from(byte >> 4)]));
                encoded.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// Removes percent escapes. Where that gives no text, the input is kept as it is, as
/// browsers' routers do; a `%` that begins no escape stays.
pub(super) fn decode_component(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| Some((hex(bytes.get(at + 1))?, hex(bytes.get(at + 2))?)))
            .flatten();
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Decodes base64 as senders really make it: either alphabet, with or without padding, `+`
/// turned into spaces on the way, line breaks inside. The bytes are UTF-8, or Latin-1 where
/// somebody called `btoa` on text.
pub(super) fn decode_base64_text(text: &str) -> Option<String> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let standard: String = text
        .chars()
        .filter_map(|c| match c {
            '-' | ' ' => Some('+'),
            '_' => Some('/'),
            '=' | '\r' | '\n' | '\t' => None,
            other => Some(other),
        })
        .collect();
    let bytes = ENGINE.decode(standard).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => error.as_bytes().iter().copied().map(char::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_back_as_they_went() {
        for text in ["", "a b", "phòng 1/2?#%", "50%", "👋", "%2F", "a+b"] {
            assert_eq!(decode_component(&encode_component(text)), text);
        }
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode_component("50%off"), "50%off");
        assert_eq!(decode_component("%"), "%");
        assert_eq!(decode_component("%FF%FE"), "%FF%FE");
        assert_eq!(decode_component("%€"), "%€");
    }
}
