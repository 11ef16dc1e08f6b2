//! Taking the nomination of a path for granted.
//!
//! The engine checks a path, then asks for it in a second check (USE-CANDIDATE, RFC 8445), and
//! starts DTLS only when that one is answered too: a round trip in which nothing happens. A router
//! that is ICE-lite has no choice in the matter: it takes what the controlling side nominates, and
//! mediasoup accepts media on any path that has passed a check. So the answer is given here, at
//! once, while the question is still under way, and asked again until the router has answered it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rtc::crypto::RTCCryptoProvider;
use rtc::stun::attributes::ATTR_USE_CANDIDATE;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_SUCCESS, Message};
use rtc::stun::xoraddr::XorMappedAddress;

/// When to ask again, each counted from the time before.
pub(super) const REPEATS: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_ANSWER: [u8; 2] = [0x01, 0x01];
/// Where the transaction id stands in a STUN message (RFC 8489).
const TRANSACTION: std::ops::Range<usize> = 8..20;

/// Speaks for an ICE-lite router.
#[derive(Default)]
pub(crate) struct Nomination(Mutex<Option<Router>>);

struct Router {
    password: String,
    provider: Arc<dyn RTCCryptoProvider>,
    /// Transactions that the router itself has answered or not.
    asked: Vec<u8>,
    answered: bool,
}

impl Nomination {
    /// From now on nominations are taken for granted; the password is the router's.
    pub(crate) fn grant(&self, password: String, provider: Arc<dyn RTCCryptoProvider>) {
        if let Ok(mut router) = self.0.lock() {
            *router = Some(Router {
                password,
                provider,
                asked: Vec::new(),
                answered: false,
            });
        }
    }

    /// The answer to a nomination, if `packet` is one that nobody has taken for granted yet.
    pub(super) fn answer(&self, packet: &[u8], local: SocketAddr) -> Option<Vec<u8>> {
        if !packet.starts_with(&BINDING_REQUEST) {
            return None;
        }
        let mut router = self.0.lock().ok()?;
        let router = router.as_mut()?;
        let mut request = Message {
            raw: packet.to_vec(),
            ..Message::default()
        };
        request.decode().ok()?;
        if !request.contains(ATTR_USE_CANDIDATE) {
            return None;
        }
        router.asked = packet.get(TRANSACTION)?.to_vec();
        router.answered = false;
        let mut answer = Message::new();
        answer
            .build(&[
                Box::new(request.clone()),
                Box::new(BINDING_SUCCESS),
                Box::new(XorMappedAddress {
                    ip: local.ip(),
                    port: local.port(),
                }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                    router.password.clone(),
                    router.provider.crypto(),
                )),
            ])
            .ok()?;
        Some(answer.raw)
    }

    /// Notes an answer of the router's own.
    pub(super) fn received(&self, packet: &[u8]) {
        if !packet.starts_with(&BINDING_ANSWER) {
            return;
        }
        if let Ok(mut router) = self.0.lock()
            && let Some(router) = router.as_mut()
            && packet.get(TRANSACTION) == Some(&router.asked[..])
        {
            router.answered = true;
        }
    }

    /// Whether the router has yet to answer this nomination.
    pub(super) fn is_open(&self, packet: &[u8]) -> bool {
        self.0.lock().is_ok_and(|router| {
            router.as_ref().is_some_and(|router| {
                !router.answered && packet.get(TRANSACTION) == Some(&router.asked[..])
            })
        })
    }
}

impl std::fmt::Debug for Nomination {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Nomination").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::ice::attributes::use_candidate::UseCandidateAttr;
    use rtc::stun::message::{BINDING_REQUEST, Setter, TransactionId};

    fn request(attributes: &[Box<dyn Setter>]) -> Vec<u8> {
        let mut message = Message::new();
        message
            .build(&[Box::new(BINDING_REQUEST), Box::new(TransactionId::new())])
            .unwrap();
        for attribute in attributes {
            attribute.add_to(&mut message).unwrap();
        }
        message.raw
    }

    fn nomination() -> Vec<u8> {
        request(&[Box::<UseCandidateAttr>::default()])
    }

    #[test]
    fn only_nominations_are_answered_and_in_the_routers_name() {
        let local = "127.0.0.1:4000".parse().unwrap();
        let provider = webrtc::peer_connection::crypto::default_provider().unwrap();
        let granted = Nomination::default();
        assert_eq!(granted.answer(&nomination(), local), None, "not granted");
        granted.grant("password".into(), Arc::clone(&provider));
        assert_eq!(
            granted.answer(&request(&[]), local),
            None,
            "an ordinary check"
        );
        assert_eq!(granted.answer(&[22, 254, 253], local), None);
        assert_eq!(granted.answer(&[0, 1], local), None, "too short");

        let asked = nomination();
        let answer = granted.answer(&asked, local).unwrap();
        assert_eq!(answer[TRANSACTION], asked[TRANSACTION]);
        let mut message = Message {
            raw: answer.clone(),
            ..Message::default()
        };
        message.decode().unwrap();
        assert_eq!(message.typ, BINDING_SUCCESS);
        let checked = MessageIntegrity::check(&mut message, b"password", provider.crypto());
        assert!(checked.is_ok());
    }

    #[test]
    fn it_is_asked_again_until_the_router_answers() {
        let local = "127.0.0.1:4000".parse().unwrap();
        let granted = Nomination::default();
        let provider = webrtc::peer_connection::crypto::default_provider().unwrap();
        granted.grant("password".into(), provider);
        let asked = nomination();
        let answer = granted.answer(&asked, local).unwrap();
        assert!(granted.is_open(&asked));
        granted.received(&nomination());
        assert!(granted.is_open(&asked), "another one");
        granted.received(&answer);
        assert!(!granted.is_open(&asked));
    }
}
