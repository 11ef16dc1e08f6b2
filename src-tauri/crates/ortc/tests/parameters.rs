//! Reading what servers of different versions, and broken ones, send.

use ortc::{
    DtlsRole, IceCandidateKind, OrtcError, RtpCapabilities, TcpCandidateKind, TransportParameters,
    TransportProtocol, extended_rtp_capabilities, normalise,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn transport() -> Value {
    json!({
        "id": "c273953a",
        "iceParameters": { "usernameFragment": "7fbm", "password": "tt1s", "iceLite": true },
        "iceCandidates": [
            { "foundation": "udpcandidate", "priority": 1076302079, "ip": "203.0.113.10",
              "address": "203.0.113.10", "protocol": "udp", "port": 44143, "type": "host" },
            { "foundation": "tcpcandidate", "priority": 1076225279, "ip": "2001:db8::10",
              "protocol": "tcp", "port": 44137, "type": "host", "tcpType": "passive" },
            { "foundation": "x", "priority": 1, "address": "a", "protocol": "quic", "port": 1,
              "type": "new", "extra": [1] }
        ],
        "dtlsParameters": {
            "fingerprints": [
                { "algorithm": "sha-1", "value": "BD" },
                { "algorithm": "sha-256", "value": "3C" }
            ],
            "role": "auto"
        },
        "sctpParameters": null
    })
}

#[test]
fn transports_are_read_whatever_the_version() {
    let parameters: TransportParameters = serde_json::from_value(transport()).unwrap();
    let [udp, tcp, newer] = &parameters.ice_candidates[..] else {
        panic!("three candidates");
    };
    assert_eq!(udp.address, "203.0.113.10");
    assert_eq!(tcp.address, "2001:db8::10", "falls back to ip");
    assert_eq!(tcp.tcp_kind, Some(TcpCandidateKind::Passive));
    assert_eq!(newer.protocol, TransportProtocol::Unknown);
    assert_eq!(newer.kind, IceCandidateKind::Unknown);
    let dtls = &parameters.dtls_parameters;
    assert_eq!(dtls.role, DtlsRole::Auto);
    assert_eq!(
        dtls.fingerprint("sha-256"),
        Some("3C"),
        "by algorithm, not by place"
    );
    assert_eq!(dtls.fingerprint("sha-512"), None);

    let written = serde_json::to_value(udp).unwrap();
    assert_eq!(written, transport()["iceCandidates"][0]);
}

#[test]
fn the_ice_password_is_not_shown_by_debug() {
    let parameters: TransportParameters = serde_json::from_value(transport()).unwrap();
    assert!(!format!("{parameters:?}").contains("tt1s"));
}

#[test]
fn optional_parts_may_be_missing_or_null_and_wrong_ones_are_named() {
    let mut sparse = transport();
    sparse["iceCandidates"] = Value::Null;
    sparse["dtlsParameters"]["role"] = Value::Null;
    let parameters: TransportParameters = serde_json::from_value(sparse).unwrap();
    assert!(parameters.ice_candidates.is_empty());

    let mut wrong = transport();
    wrong["iceParameters"]["password"] = json!(5);
    let error = serde_json::from_value::<TransportParameters>(wrong).unwrap_err();
    assert!(error.to_string().contains("expected a string"), "{error}");
    let mut wrong = transport();
    wrong["iceCandidates"][0] = json!({ "protocol": "udp", "port": 1 });
    let error = serde_json::from_value::<TransportParameters>(wrong).unwrap_err();
    assert!(error.to_string().contains("address"), "{error}");
}

#[test]
fn codecs_of_an_unknown_kind_are_left_out() {
    let capabilities: RtpCapabilities = serde_json::from_value(json!({
        "codecs": [
            { "kind": "smell", "mimeType": "smell/rose" },
            { "kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100,
              "clockRate": 48000, "parameters": null, "rtcpFeedback": null }
        ],
        "headerExtensions": [
            { "kind": "video", "uri": "u", "preferredId": 3, "direction": "sideways" }
        ],
        "fecMechanisms": []
    }))
    .unwrap();
    assert_eq!(capabilities.codecs.len(), 1);
    let error = serde_json::from_value::<RtpCapabilities>(json!({
        "codecs": [{ "kind": "audio", "mimeType": "audio/opus", "clockRate": "fast" }]
    }));
    assert!(error.is_err());
}

#[test]
fn capabilities_that_cannot_be_compared_are_errors() {
    let codec = |fields: Value| -> RtpCapabilities {
        let mut codec = json!({ "kind": "audio", "mimeType": "audio/opus", "clockRate": 48000,
                                "preferredPayloadType": 100 });
        for (name, value) in fields.as_object().unwrap() {
            codec[name] = value.clone();
        }
        serde_json::from_value(json!({ "codecs": [codec] })).unwrap()
    };
    let error = |fields| normalise(&codec(fields)).unwrap_err();
    assert!(matches!(
        error(json!({ "mimeType": "opus" })),
        OrtcError::InvalidMimeType { index: 0, .. }
    ));
    assert_eq!(
        error(json!({ "preferredPayloadType": null })).code(),
        "ortc.missing_payload_type"
    );
    assert_eq!(
        error(json!({ "parameters": { "x": [] } })).code(),
        "ortc.invalid_parameter"
    );
    assert_eq!(
        error(json!({ "parameters": { "apt": "100" } })).code(),
        "ortc.invalid_parameter"
    );
}

proptest! {
    /// Whatever a server calls its H.264 profile, nothing panics, and the answer is symmetric in
    /// whether there is one.
    #[test]
    fn any_profile_level_id_can_be_compared(ours in ".{0,8}", theirs in "[0-9a-fA-F]{6}") {
        let h264 = |id: &str| -> RtpCapabilities {
            serde_json::from_value(json!({ "codecs": [{
                "kind": "video", "mimeType": "video/H264", "clockRate": 90000,
                "preferredPayloadType": 96, "parameters": { "profile-level-id": id }
            }] })).unwrap()
        };
        let (ours, theirs) = (h264(&ours), h264(&theirs));
        let one = extended_rtp_capabilities(&ours, &theirs, Default::default()).unwrap();
        let other = extended_rtp_capabilities(&theirs, &ours, Default::default()).unwrap();
        prop_assert_eq!(one.codecs.len(), other.codecs.len());
    }
}
