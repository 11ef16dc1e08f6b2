//! Seeded mutations of real packets: the parsers may refuse anything, and panic on nothing.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::Value;
use socketio::Payload;
use socketio::packet::{
    Assembler, EnginePacket, Frame, Handshake, PacketBody, decode, decode_engine, decode_payload,
    encode_ack, encode_event, encode_payload,
};

const CORPUS: &[&str] = &[
    r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":10000,"pingTimeout":20000,"maxPayload":1000000}"#,
    r#"40{"sid":"wZX3oN0bSVIhsaknAAAI","pid":"p"}"#,
    r#"40/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}"#,
    r#"42["connected",{"socketId":"oSO0OpakMV_3jnilAAAA"}]"#,
    r#"42/admin,12["project:delete",123,null,true,-1.5e300]"#,
    r#"43/admin,456[]"#,
    r#"4312[{"id":"t","iceParameters":{"usernameFragment":"x"}}]"#,
    r#"452-["baz",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]]"#,
    "452-[\"a\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQIDBA==\u{1e}bAQID",
    r#"461-/admin,456[{"_placeholder":true,"num":0}]"#,
    r#"44{"message":"Not authorized","data":{"code":"E001"}}"#,
    "4hello\u{1e}2\u{1e}4€\u{1e}bAQIDBA==",
    "41\u{1e}1",
    "2probe",
    "3probe",
    "5",
    "6",
    "41/admin,",
];

/// What is inserted: everything that means something to the parsers.
const TOKENS: &[&str] = &[
    "\u{1e}",
    "b",
    "-",
    ",",
    "/",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "0",
    "9",
    "18446744073709551616",
    "-1",
    "null",
    "€",
    "\u{0}",
    "\\u0000",
    "_placeholder",
    "[[[[[[[[",
    "4",
    "45",
    "1000-",
    "=",
    "e99",
];

/// Iterations; a fraction of a millisecond each, in a debug build too.
const ROUNDS: u32 = 200_000;

fn below(rng: &mut TestRng, limit: usize) -> usize {
    (rng.next_u32() as usize) % limit.max(1)
}

fn mutate(rng: &mut TestRng) -> String {
    let mut text: Vec<char> = CORPUS[below(rng, CORPUS.len())].chars().collect();
    for _ in 0..=below(rng, 6) {
        let at = below(rng, text.len() + 1);
        match rng.next_u32() % 5 {
            0 => text.truncate(at),
            1 if at < text.len() => {
                text.remove(at);
            }
            2 if at < text.len() => {
                let end = at + below(rng, text.len() - at);
                let part = text[at..end].to_vec();
                text.splice(at..at, part);
            }
            3 => {
                let other = CORPUS[below(rng, CORPUS.len())];
                let from = below(rng, other.chars().count());
                text.splice(at.., other.chars().skip(from));
            }
            _ => {
                let token = TOKENS[below(rng, TOKENS.len())];
                text.splice(at..at, token.chars());
            }
        }
    }
    text.into_iter().collect()
}

/// Reads it as a payload, then every packet in it. Returns how many packets were complete.
fn consume(text: &str) -> usize {
    let mut complete = 0;
    let mut assembler = Assembler::new(1_000);
    let frames = decode_payload(text).unwrap_or_else(|_| vec![text.to_owned().into()]);
    assert_eq!(
        decode_payload(&encode_payload(&frames)).is_ok(),
        decode_payload(text).is_ok()
    );
    for frame in frames {
        let packet = match frame {
            Frame::Binary(bytes) => assembler.binary(bytes),
            Frame::Text(text) => match decode_engine(&text) {
                Ok(EnginePacket::Open(json)) => {
                    let _ = Handshake::parse(json);
                    continue;
                }
                Ok(EnginePacket::Message(message)) => match decode(message) {
                    Ok(packet) => {
                        survives_a_round_trip(&packet.body);
                        assembler.text(packet.body, packet.namespace != "/")
                    }
                    Err(_) => continue,
                },
                _ => continue,
            },
        };
        complete += usize::from(packet.is_ok_and(|packet| packet.is_some()));
    }
    complete
}

/// What was understood can be said again and means the same.
fn survives_a_round_trip(body: &PacketBody) {
    // serde_json reads floats to within a unit in the last place only.
    let (PacketBody::Event { args, .. } | PacketBody::Ack { args, .. }) = body else {
        return;
    };
    if args.iter().any(has_float) {
        return;
    }
    let payloads = |args: &[Value]| args.iter().cloned().map(Payload::from).collect();
    let frames = match body {
        PacketBody::Event {
            ack,
            name,
            args,
            attachments: 0,
        } => encode_event("/", *ack, name, payloads(args)),
        PacketBody::Ack {
            id,
            args,
            attachments: 0,
        } => encode_ack("/", *id, payloads(args)),
        _ => return,
    };
    let [Frame::Text(text)] = frames.as_slice() else {
        panic!("{frames:?}");
    };
    assert_eq!(
        decode(&text[1..]).map(|packet| packet.body).as_ref(),
        Ok(body)
    );
}

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(values) => values.iter().any(has_float),
        Value::Object(fields) => fields.values().any(has_float),
        _ => false,
    }
}

#[test]
fn mutated_packets_never_panic() {
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut complete = 0;
    for _ in 0..ROUNDS {
        complete += consume(&mutate(&mut rng));
    }
    // The mutations must leave enough intact to reach the depths of the parser.
    assert!(complete > 10_000, "{complete} packets were complete");
}

#[test]
fn unmutated_packets_are_understood() {
    let complete: usize = CORPUS.iter().map(|text| consume(text)).sum();
    assert!(complete >= 10, "{complete}");
}
