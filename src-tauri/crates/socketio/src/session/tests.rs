use super::*;
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);

fn handshake() -> Handshake {
    Handshake::parse(r#"{"sid":"e","pingInterval":10000,"pingTimeout":20000}"#).unwrap()
}

fn joining(now: Instant) -> Session<&'static str> {
    let mut session = Session::new(&handshake(), "/", None, Recovery::default(), 1_000, now);
    assert_eq!(outputs(&mut session), [Output::Send("40".into())]);
    session
}

fn connected(now: Instant) -> Session<&'static str> {
    let mut session = joining(now);
    session.receive(r#"40{"sid":"s"}"#.into(), now);
    assert_eq!(outputs(&mut session).len(), 1);
    session
}

fn outputs(session: &mut Session<&'static str>) -> Vec<Output<&'static str>> {
    std::iter::from_fn(|| session.next_output()).collect()
}

fn event(order: u64, name: &str, args: Vec<Value>) -> Output<&'static str> {
    Output::Event {
        name: name.to_owned(),
        args,
        attachments: Vec::new(),
        order,
        ack: None,
    }
}

#[test]
fn events_before_the_namespaces_answer_follow_it_in_order() {
    let now = Instant::now();
    let mut session = joining(now);
    for frame in [r#"42["a",1]"#, "2", r#"42["b"]"#, r#"42/other,["x"]"#] {
        session.receive(frame.into(), now);
    }
    assert_eq!(outputs(&mut session), [Output::Send("3".into())]);
    session.receive(r#"40{"sid":"s"}"#.into(), now);
    session.receive(r#"42["c"]"#.into(), now);
    let expected = [
        Output::Connected {
            id: "s".to_owned(),
            recovered: false,
        },
        event(0, "a", vec![json!(1)]),
        event(1, "b", vec![]),
        event(2, "c", vec![]),
    ];
    assert_eq!(outputs(&mut session), expected);
}

#[test]
fn acks_meet_their_requests_whatever_their_order() {
    let now = Instant::now();
    let mut session = connected(now);
    for (id, to) in [(0, "zero"), (1, "one"), (2, "two")] {
        session.register(id, to, now, SECOND);
    }
    session.receive("432[2]".into(), now);
    session.receive("430[]".into(), now);
    session.receive("4377[]".into(), now);
    session.receive("432[2]".into(), now);
    let reply = |order, to, args| Output::Reply {
        to,
        reply: Reply {
            args,
            attachments: vec![],
            order,
        },
    };
    assert_eq!(
        outputs(&mut session),
        [reply(0, "two", vec![json!(2)]), reply(1, "zero", vec![])]
    );
    assert_eq!(session.next_deadline(), now + SECOND);
    assert_eq!(session.pop_expired(now + SECOND), Some(("one", SECOND)));
    assert_eq!(session.pop_expired(now + SECOND), None);
}

#[test]
fn binary_acks_carry_their_attachments() {
    let now = Instant::now();
    let mut session = connected(now);
    session.register(4, "four", now, SECOND);
    session.receive(r#"461-4[{"_placeholder":true,"num":0}]"#.into(), now);
    assert_eq!(outputs(&mut session), []);
    session.receive(Frame::Binary(Bytes::from("xyz")), now);
    let expected = Output::Reply {
        to: "four",
        reply: Reply {
            args: vec![crate::payload::placeholder(0)],
            attachments: vec![Bytes::from("xyz")],
            order: 0,
        },
    };
    assert_eq!(outputs(&mut session), [expected]);
}

#[test]
fn a_silent_peer_is_lost_after_interval_and_timeout() {
    let now = Instant::now();
    let mut session = connected(now);
    assert_eq!(session.next_deadline(), now + 30 * SECOND);
    session.receive("2".into(), now + 10 * SECOND);
    assert_eq!(outputs(&mut session), [Output::Send("3".into())]);
    assert_eq!(session.silence(now + 39 * SECOND), None);
    let after = 30 * SECOND;
    assert_eq!(
        session.silence(now + 40 * SECOND),
        Some(DisconnectReason::PingTimeout { after })
    );
}

#[test]
fn every_end_has_its_own_reason() {
    let now = Instant::now();
    for (frame, code) in [
        ("41", "socket.server-disconnect"),
        ("1", "socket.engine-close"),
        ("hello", "socket.protocol-violation"),
        ("42{}", "socket.protocol-violation"),
        ("0{}", "socket.protocol-violation"),
        ("", "socket.protocol-violation"),
    ] {
        let mut session = connected(now);
        session.receive(frame.into(), now);
        let outputs = outputs(&mut session);
        let [Output::Closed(reason)] = outputs.as_slice() else {
            panic!("{frame}: {outputs:?}");
        };
        assert_eq!(reason.code(), code, "{frame}");
        session.receive(r#"42["late"]"#.into(), now);
        assert_eq!(session.next_output(), None, "nothing follows the end");
    }
}

#[test]
fn a_refusal_keeps_the_servers_words() {
    let now = Instant::now();
    let mut session = joining(now);
    session.receive(r#"44{"message":"no","data":{"code":"E"}}"#.into(), now);
    let expected = Output::Refused {
        message: "no".to_owned(),
        data: Some(json!({"code": "E"})),
    };
    assert_eq!(outputs(&mut session), [expected]);
}

#[test]
fn a_namespace_has_its_own_packets() {
    let now = Instant::now();
    let auth = json!({"t": 1});
    let mut session: Session<&'static str> = Session::new(
        &handshake(),
        "/a",
        Some(&auth),
        Recovery::default(),
        1_000,
        now,
    );
    assert_eq!(
        outputs(&mut session),
        [Output::Send(r#"40/a,{"t":1}"#.into())]
    );
    session.receive(r#"40{"sid":"root"}"#.into(), now);
    assert_eq!(outputs(&mut session), []);
    session.receive(r#"40/a,{"sid":"s"}"#.into(), now);
    assert_eq!(outputs(&mut session).len(), 1);
    assert_eq!(session.leave(), "41/a,".into());
}

#[test]
fn recovery_outlives_the_session() {
    let now = Instant::now();
    let mut session = joining(now);
    session.receive(r#"40{"sid":"s","pid":"p"}"#.into(), now);
    session.receive(r#"42["a","offset-1"]"#.into(), now);
    let recovery = session.recovery().clone();
    let mut next: Session<&'static str> =
        Session::new(&handshake(), "/", None, recovery, 1_000, now);
    let sent = outputs(&mut next);
    let [Output::Send(Frame::Text(text))] = sent.as_slice() else {
        panic!("no text");
    };
    let sent: Value = serde_json::from_str(&text[2..]).unwrap();
    assert_eq!(sent, json!({"pid": "p", "offset": "offset-1"}));
    next.receive(r#"40{"sid":"s","pid":"p"}"#.into(), now);
    assert_eq!(
        outputs(&mut next),
        [Output::Connected {
            id: "s".to_owned(),
            recovered: true
        }]
    );
}
