//! Causes from the room to the sound that no test with servers brings about.

use super::{RungResult, judge};
use crate::facts::*;
use crate::report::{Language, cause_words};
use crate::{Rung, Verdict};

fn blamed(rung: Rung, facts: &Facts) -> (Verdict, String) {
    let result: RungResult = judge(rung, facts);
    for finding in &result.findings {
        for language in [Language::En, Language::Vi] {
            let words = cause_words(finding, language);
            assert_ne!(words.what, finding.cause, "no words");
            assert!(!words.what.contains('{'), "a value is missing: {words:?}");
        }
    }
    let cause = result.findings.first().map(|finding| finding.cause.clone());
    (result.verdict, cause.unwrap_or_default())
}

fn candidate(address: &str, of_gateway: bool, private: bool) -> CandidateFacts {
    CandidateFacts {
        announced: address.into(),
        address: address.parse().ok(),
        of_gateway: Some(of_gateway),
        private,
        ..CandidateFacts::default()
    }
}

fn ice(candidates: Vec<CandidateFacts>) -> Facts {
    let resolved = vec!["203.0.113.9".parse().expect("an address")];
    Facts {
        ice: Some(IceFacts {
            lite: true,
            resolved,
            candidates,
        }),
        ..Facts::default()
    }
}

#[test]
fn silent_candidates_are_told_apart_by_their_address_and_the_systems_words() {
    let failed = |cause: &str| (Verdict::Failed, cause.to_owned());
    let says = |facts| blamed(Rung::Ice, &facts);
    let own = || candidate("203.0.113.9", true, false);
    assert_eq!(says(ice(vec![])), failed("no-candidates"));
    assert_eq!(says(ice(vec![own()])), failed("udp-blocked"));
    let private = candidate("10.0.0.4", false, true);
    assert_eq!(
        says(ice(vec![private])),
        failed("announced-address-private")
    );
    let wrong = candidate("198.51.100.7", false, false);
    assert_eq!(says(ice(vec![wrong])), failed("announced-address-wrong"));
    let name = candidate("media.example", false, false);
    assert_eq!(says(ice(vec![name])), failed("announced-name-unresolved"));
    for (error, cause) in [
        (SocketError::Refused, "media-ports-closed"),
        (SocketError::NotPermitted, "udp-blocked-here"),
    ] {
        let mut one = own();
        one.stun.errors.push(error);
        assert_eq!(says(ice(vec![one])), failed(cause));
    }
    let mut no_route = own();
    no_route.no_route = true;
    assert_eq!(says(ice(vec![no_route])), failed("no-route-to-media"));
    let mut clash = own();
    clash.stun.error_codes.push(401);
    assert_eq!(says(ice(vec![clash])), failed("checks-refused"));
}

#[test]
fn a_dead_tcp_candidate_beside_udp_is_a_warning() {
    let mut udp = candidate("203.0.113.9", true, false);
    udp.stun.answered = 3;
    let tcp = CandidateFacts {
        protocol: CandidateProtocol::Tcp,
        ..candidate("203.0.113.9", true, false)
    };
    let found = blamed(Rung::Ice, &ice(vec![udp, tcp]));
    assert_eq!(found, (Verdict::Warning, "tcp-candidate-dead".into()));
}

#[test]
fn refused_credentials_are_told_apart_by_the_kind_of_user() {
    for (user, code, verdict, cause) in [
        (
            TurnUser::Missing,
            401,
            Verdict::Unknown,
            "turn-needs-credentials",
        ),
        (
            TurnUser::Plain,
            401,
            Verdict::Failed,
            "turn-credentials-refused",
        ),
        (
            TurnUser::TimeLimited { expires_in_s: -90 },
            401,
            Verdict::Failed,
            "turn-credentials-expired",
        ),
        (
            TurnUser::TimeLimited { expires_in_s: 90 },
            441,
            Verdict::Failed,
            "turn-credentials-refused",
        ),
        (TurnUser::Plain, 486, Verdict::Failed, "turn-full"),
        (TurnUser::Plain, 403, Verdict::Failed, "turn-refused"),
    ] {
        let relay = TurnFacts {
            server: "relay.example:3478".into(),
            resolved: true,
            user,
            allocation: Allocation::Refused {
                code,
                reason: "said".into(),
            },
            ..TurnFacts::default()
        };
        let facts = Facts {
            turn: Some(vec![relay]),
            ..Facts::default()
        };
        assert_eq!(blamed(Rung::Turn, &facts), (verdict, cause.to_owned()));
    }
}

fn sound(change: impl FnOnce(&mut MediaFacts)) -> Facts {
    let answered = || GatewayRequest {
        outcome: RequestOutcome::Answered,
        ..GatewayRequest::default()
    };
    let mut media = MediaFacts {
        produce: answered(),
        sent: 250,
        uplink: Some(UplinkReport::default()),
        sent_level_dbfs: -15.0,
        received: vec![Reception {
            by: "self".into(),
            consume: answered(),
            resumes: vec![answered()],
            packets: 250,
            level_dbfs: Some(-15.0),
            delays_ms: vec![30.0],
            right: 5,
            ..Reception::default()
        }],
    };
    change(&mut media);
    Facts {
        media: Some(media),
        ..Facts::default()
    }
}

#[test]
fn what_is_wrong_with_the_sound_is_said() {
    type Change = fn(&mut MediaFacts);
    let cases: [(Change, Verdict, &str); 9] = [
        (|_| {}, Verdict::Ok, ""),
        (|media| media.sent = 0, Verdict::Failed, "nothing-sent"),
        (
            |media| media.received[0].level_dbfs = None,
            Verdict::Failed,
            "silence-received",
        ),
        (
            |media| (media.received[0].right, media.received[0].wrong) = (0, 5),
            Verdict::Failed,
            "wrong-sound",
        ),
        (
            |media| media.received[0].packets = 0,
            Verdict::Failed,
            "consumer-not-resumed",
        ),
        (
            |media| (media.received[0].packets, media.uplink) = (0, None),
            Verdict::Failed,
            "udp-one-way",
        ),
        (
            |media| media.received[0].loss = 0.1,
            Verdict::Warning,
            "loss-down",
        ),
        (
            |media| {
                media.received[0].loss = 0.1;
                media.uplink = Some(UplinkReport {
                    loss: 0.1,
                    ..UplinkReport::default()
                });
            },
            Verdict::Warning,
            "loss-up",
        ),
        (
            |media| media.received[0].delays_ms = vec![900.0],
            Verdict::Warning,
            "high-delay",
        ),
    ];
    for (change, verdict, cause) in cases {
        let facts = sound(change);
        assert_eq!(blamed(Rung::Media, &facts), (verdict, cause.to_owned()));
    }
}

#[test]
fn facts_are_kept_and_read_again_as_they_were() {
    let facts = sound(|_| {});
    let text = serde_json::to_string(&facts).expect("JSON");
    assert_eq!(serde_json::from_str::<Facts>(&text).expect("facts"), facts);
}
