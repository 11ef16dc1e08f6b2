use super::*;
use serde_json::json;

fn text(frame: &Frame) -> &str {
    match frame {
        Frame::Text(text) => text,
        Frame::Binary(_) => panic!("a binary frame"),
    }
}

fn event_body(text: &str) -> PacketBody {
    decode(text).unwrap().body
}

#[test]
fn decodes_the_examples_of_the_protocol_page() {
    assert_eq!(
        decode(r#"0/admin,{"token":"123"}"#).unwrap(),
        Packet {
            namespace: "/admin",
            body: PacketBody::Connect {
                data: Some(json!({"token": "123"}))
            }
        }
    );
    assert_eq!(decode("1/admin,").unwrap().body, PacketBody::Disconnect);
    assert_eq!(decode("1/admin").unwrap().namespace, "/admin");
    assert_eq!(
        event_body(r#"2["foo","bar",3]"#),
        PacketBody::Event {
            ack: None,
            name: "foo".to_owned(),
            args: vec![json!("bar"), json!(3)],
            attachments: 0
        }
    );
    assert_eq!(
        event_body(r#"51-12["baz",{"_placeholder":true,"num":0}]"#),
        PacketBody::Event {
            ack: Some(12),
            name: "baz".to_owned(),
            args: vec![placeholder(0)],
            attachments: 1
        }
    );
    assert_eq!(
        decode(r#"61-/admin,456[{"_placeholder":true,"num":0}]"#).unwrap(),
        Packet {
            namespace: "/admin",
            body: PacketBody::Ack {
                id: 456,
                args: vec![placeholder(0)],
                attachments: 1
            }
        }
    );
}

#[test]
fn zero_arguments_are_no_arguments() {
    let PacketBody::Event { name, args, .. } = event_body(r#"2["gone"]"#) else {
        panic!("no event");
    };
    assert_eq!((name.as_str(), args.len()), ("gone", 0));
    assert_eq!(
        event_body("37[]"),
        PacketBody::Ack {
            id: 7,
            args: vec![],
            attachments: 0
        }
    );
    assert_eq!(event_body("37"), event_body("37[]"));
}

#[test]
fn reads_every_shape_of_a_refusal() {
    for (wire, message, data) in [
        (
            r#"4{"message":"no","data":{"code":1}}"#,
            "no",
            Some(json!({"code": 1})),
        ),
        (r#"4{"message":"no"}"#, "no", None),
        (r#"4"no""#, "no", None),
        ("4", "", None),
        (r#"4{"reason":"x"}"#, "", Some(json!({"reason": "x"}))),
    ] {
        let expected = PacketBody::ConnectError {
            message: message.to_owned(),
            data,
        };
        assert_eq!(event_body(wire), expected, "{wire}");
    }
}

#[test]
fn refuses_what_is_no_packet() {
    for wire in [
        "",
        "9",
        "x",
        "€",
        "2",
        "2[]",
        "2{}",
        "2[null]",
        "2[1",
        "3",
        "3[]",
        "5[\"a\"]",
        "5-[\"a\"]",
        "5+1-[\"a\"]",
        "599999999999999999999-[\"a\"]",
        "51001-[\"a\"]",
        "299999999999999999999[\"a\"]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
        "51-[\"a\",[{\"x\":{\"_placeholder\":true,\"num\":9}}]]",
        "0{",
    ] {
        assert!(decode(wire).is_err(), "{wire}");
    }
    let deep = format!("2[\"a\",{}", "[".repeat(100_000));
    assert!(decode(&deep).is_err());
}

#[test]
fn encodes_events_and_acks() {
    let frames = encode_event(
        "/",
        Some(3),
        "hi \"there\"",
        vec![Payload::from("x"), json!([1]).into()],
    );
    assert_eq!(text(&frames[0]), r#"423["hi \"there\"","x",[1]]"#);
    let frames = encode_event("/a", None, "e", vec![]);
    assert_eq!(text(&frames[0]), r#"42/a,["e"]"#);
    let frames = encode_ack("/", 5, vec![]);
    assert_eq!(text(&frames[0]), "435[]");
    assert_eq!(text(&encode_connect("/", None)), "40");
    assert_eq!(
        text(&encode_connect("/a", Some(&json!({"t": 1})))),
        r#"40/a,{"t":1}"#
    );
    assert_eq!(text(&encode_disconnect("/a")), "41/a,");
}

#[test]
fn attachments_are_numbered_through_the_whole_packet() {
    let nested = json!({"a": placeholder(1), "b": [placeholder(0)]});
    let frames = encode_event(
        "/",
        Some(9),
        "f",
        vec![
            Payload::binary(&b"0"[..]),
            Payload::from("between"),
            Payload::with_attachments(nested, vec![Bytes::from("1"), Bytes::from("2")]),
        ],
    );
    assert_eq!(frames.len(), 4);
    assert_eq!(frames[3], Frame::Binary(Bytes::from("2")));
    let head = text(&frames[0]);
    assert!(head.starts_with("453-9["), "{head}");
    let PacketBody::Event {
        args, attachments, ..
    } = event_body(&head[1..])
    else {
        panic!("no event");
    };
    assert_eq!(attachments, 3);
    assert_eq!(args[0], placeholder(0));
    assert_eq!(args[2], json!({"a": placeholder(2), "b": [placeholder(1)]}));
}
