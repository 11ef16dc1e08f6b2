//! STUN messages (RFC 8489) of a client that asks whether somebody answers, and no more.

use std::net::SocketAddr;
use std::sync::Arc;

use ortc::IceParameters;
use rtc_crypto::RTCCryptoProvider;
use rtc_stun::attributes::{
    ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_SOFTWARE, ATTR_USERNAME, AttrType,
};
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    BINDING_REQUEST, CLASS_ERROR_RESPONSE, CLASS_SUCCESS_RESPONSE, Getter, Message, MessageType,
    Setter, TransactionId,
};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;

/// Largest datagram that is read.
pub(super) const LARGEST: usize = 2_048;

/// Priority of a candidate that the far end learns from the check itself (RFC 8445, 5.1.2.1).
const PEER_REFLEXIVE: u32 = 110 << 24 | 65_535 << 8 | 255;
/// Longest value of SOFTWARE (RFC 8489, 14.14).
const SOFTWARE_LONGEST: usize = 760;
/// Type and length before each value.
const ATTRIBUTE_HEADER: usize = 4;

/// Who checks message integrity. Cheap to clone.
pub(super) type Crypto = Arc<dyn RTCCryptoProvider>;

/// The cryptography of the media engine; none if it was built without any.
pub(super) fn crypto() -> Option<Crypto> {
    rtc_crypto::default_provider().ok()
}

/// Reads a message; `None` for anything that is not STUN.
pub(super) fn read(datagram: &[u8]) -> Option<Message> {
    let mut message = Message::new();
    message.unmarshal_binary(datagram).ok()?;
    Some(message)
}

/// A new message with a transaction id of its own.
pub(super) fn message(kind: MessageType) -> Message {
    let mut message = Message::new();
    message.transaction_id = TransactionId::new();
    message.set_type(kind);
    message.write_header();
    message
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Success,
    /// Code and reason.
    Error(u16, String),
}

/// What the answer says; `None` when it is none.
pub(super) fn answer(message: &Message) -> Option<Answer> {
    match message.typ.class {
        CLASS_SUCCESS_RESPONSE => Some(Answer::Success),
        CLASS_ERROR_RESPONSE => {
            let mut error = ErrorCodeAttribute::default();
            error.get_from(message).ok()?;
            let reason = String::from_utf8_lossy(&error.reason).into_owned();
            Some(Answer::Error(error.code.0, reason))
        }
        _ => None,
    }
}

/// The address in one of the attributes that hold one.
pub(super) fn address(message: &Message, attribute: AttrType) -> Option<SocketAddr> {
    let mut found = XorMappedAddress::default();
    found.get_from_as(message, attribute).ok()?;
    Some(SocketAddr::new(found.ip, found.port))
}

/// Writes an address into one of the attributes that hold one.
pub(super) fn add_address(
    message: &mut Message,
    attribute: AttrType,
    address: SocketAddr,
) -> Option<()> {
    let value = XorMappedAddress {
        ip: address.ip(),
        port: address.port(),
    };
    value.add_to_as(message, attribute).ok()
}

/// Binding requests with the credentials of one transport, as an ICE client sends them that
/// nominates nothing.
#[derive(Clone)]
pub(super) struct BindingRequests {
    username: String,
    password: String,
    tie_breaker: u64,
    crypto: Crypto,
}

impl BindingRequests {
    pub(super) fn new(remote: &IceParameters) -> Option<Self> {
        let local: u64 = rand::random();
        Some(Self {
            username: format!("{}:{local:016x}", remote.username_fragment),
            password: remote.password.clone(),
            tie_breaker: rand::random(),
            crypto: crypto()?,
        })
    }

    /// A request of about `bytes` bytes, or as long as it is without padding.
    pub(super) fn request(&self, bytes: usize) -> Option<(TransactionId, Vec<u8>)> {
        let mut message = message(BINDING_REQUEST);
        let username = TextAttribute::new(ATTR_USERNAME, self.username.clone());
        username.add_to(&mut message).ok()?;
        message.add(ATTR_PRIORITY, &PEER_REFLEXIVE.to_be_bytes());
        message.add(ATTR_ICE_CONTROLLING, &self.tie_breaker.to_be_bytes());
        pad(&mut message, bytes);
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
            self.password.clone(),
            self.crypto.crypto(),
        );
        integrity.add_to(&mut message).ok()?;
        FINGERPRINT.add_to(&mut message).ok()?;
        Some((message.transaction_id, message.raw))
    }

    /// Which request this answers, and how; nothing that somebody else could have sent.
    pub(super) fn read(&self, datagram: &[u8]) -> Option<(TransactionId, Answer)> {
        let mut message = read(datagram)?;
        let answer = answer(&message)?;
        if answer == Answer::Success {
            let crypto = self.crypto.crypto();
            MessageIntegrity::check(&mut message, self.password.as_bytes(), crypto).ok()?;
        }
        Some((message.transaction_id, answer))
    }
}

/// Fills up with SOFTWARE, which everybody ignores, in as many pieces as its length allows.
fn pad(message: &mut Message, bytes: usize) {
    /// MESSAGE-INTEGRITY and FINGERPRINT, which follow.
    const TAIL: usize = 24 + 8;
    while let Some(left) = bytes.checked_sub(message.raw.len() + TAIL + ATTRIBUTE_HEADER)
        && left > 0
    {
        message.add(ATTR_SOFTWARE, &vec![b'-'; left.min(SOFTWARE_LONGEST)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rtc_stun::attributes::{ATTR_USE_CANDIDATE, ATTR_XOR_RELAYED_ADDRESS};
    use rtc_stun::message::BINDING_SUCCESS;

    fn requests() -> BindingRequests {
        let remote = IceParameters {
            username_fragment: "router".into(),
            password: "secret-of-the-router".into(),
            ice_lite: true,
        };
        BindingRequests::new(&remote).expect("cryptography")
    }

    #[test]
    fn a_request_is_signed_controls_and_nominates_nothing() {
        let requests = requests();
        let (id, bytes) = requests.request(0).expect("a request");
        let mut message = read(&bytes).expect("STUN");
        assert_eq!(message.transaction_id, id);
        let crypto = requests.crypto.crypto();
        MessageIntegrity::check(&mut message, b"secret-of-the-router", crypto).expect("signed");
        FINGERPRINT.check(&message).expect("a fingerprint");
        let user = message.get(ATTR_USERNAME).expect("a user name");
        assert!(user.starts_with(b"router:"));
        assert!(message.contains(ATTR_ICE_CONTROLLING) && message.contains(ATTR_PRIORITY));
        assert!(!message.contains(ATTR_USE_CANDIDATE));
    }

    #[test]
    fn padding_reaches_the_size_within_the_limits_of_its_attribute() {
        for bytes in [1_200, 1_372] {
            let (_, request) = requests().request(bytes).expect("a request");
            assert!((bytes - 8..=bytes).contains(&request.len()), "{bytes}");
            assert!(read(&request).is_some());
        }
    }

    #[test]
    fn only_answers_with_the_password_count() {
        let requests = requests();
        let (id, _) = requests.request(0).expect("a request");
        let reply = |password: &str| {
            let mut reply = message(BINDING_SUCCESS);
            reply.transaction_id = id;
            reply.write_header();
            let crypto = requests.crypto.crypto();
            let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
                password.to_owned(),
                crypto,
            );
            integrity.add_to(&mut reply).expect("signed");
            reply.raw
        };
        let read = requests.read(&reply("secret-of-the-router"));
        assert_eq!(read, Some((id, Answer::Success)));
        assert_eq!(requests.read(&reply("another")), None);
        assert_eq!(requests.read(b"hello"), None);
    }

    proptest! {
        #[test]
        fn nothing_from_the_network_panics(mut datagram in proptest::collection::vec(any::<u8>(), 0..200), stun: bool) {
            if stun && datagram.len() >= 20 {
                datagram[..2].copy_from_slice(&[1, 1]);
                let length = (datagram.len() - 20) as u16;
                datagram[2..4].copy_from_slice(&length.to_be_bytes());
                datagram[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
            }
            let _ = requests().read(&datagram);
            if let Some(message) = read(&datagram) {
                let _ = answer(&message);
                let _ = address(&message, ATTR_XOR_RELAYED_ADDRESS);
            }
        }
    }
}
