//! Node's socket.io 4.8, the reference.

use crate::common_ground::{self, options};
use crate::peer::Peer;
use crate::servers::{PATIENCE, node};
use bytes::Bytes;
use serde_json::{Value, json};
use socketio::packet::Frame;
use socketio::{
    ConnectError, EmitError, Options, Payload, Reply, RequestError, TransportKind, Transports,
};
use std::time::Duration;

#[tokio::test]
async fn acks_events_and_namespaces() {
    let server = node(json!({})).await;
    common_ground::acks(&server.url()).await;
    common_ground::namespaces(&server.url()).await;
    common_ground::a_server_that_disconnects_us(&server.url()).await;
}

#[tokio::test]
async fn all_transports() {
    common_ground::transports(&node(json!({})).await.url()).await;
}

#[tokio::test]
async fn a_thousand_concurrent_acks() {
    common_ground::a_thousand_concurrent_acks(&node(json!({})).await.url()).await;
}

#[tokio::test]
async fn many_and_no_arguments_both_ways() {
    let server = node(json!({})).await;
    let (mut peer, _) = Peer::connected(options(&server.url())).await;
    let args = [json!(1), json!("two"), json!([3]), Value::Null];
    let sent = args.iter().cloned().map(Payload::from).collect();
    assert_eq!(peer.request("echo", sent).await, args);
    assert_eq!(peer.request("echo", vec![]).await, [] as [Value; 0]);
    peer.socket.emit("bare", vec![]).unwrap();
    let bare = peer.message("bare").await;
    assert!(bare.args.is_empty() && bare.ack.is_none());
    peer.stop().await;
}

#[tokio::test]
async fn binary_attachments_both_ways() {
    let server = node(json!({})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.transports = transports;
        let (mut peer, _) = Peer::connected(options).await;
        let bytes = Bytes::from_static(&[0, 1, 2, 254, 255]);
        let args = vec![Payload::binary(bytes.clone())];
        let reply = peer
            .socket
            .request_with_attachments("bytes", args, PATIENCE);
        let Reply {
            args, attachments, ..
        } = reply.await.unwrap();
        assert_eq!(args[0]["size"], json!(5));
        assert_eq!(attachments, std::slice::from_ref(&bytes));
        let message = peer.message("bytes").await;
        assert_eq!(
            message.attachment(&message.args[0]["nested"][0]),
            Some(&bytes)
        );
        assert_eq!(message.args[1], json!("and"));
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        let second = message.attachment(&message.args[2]).expect("bytes");
        assert_eq!(second, &reversed);
        peer.stop().await;
    }
}

#[tokio::test]
async fn the_servers_acks_are_answered() {
    let server = node(json!({})).await;
    let (mut peer, _) = Peer::connected(options(&server.url())).await;
    peer.socket.emit("ask", vec![]).unwrap();
    let question = peer.message("question").await;
    assert_eq!(question.args, [json!("how many?")]);
    let answer = vec![json!(7).into(), Payload::binary(&b"x"[..])];
    question
        .ack
        .expect("an answer is wanted")
        .send(answer)
        .unwrap();
    let answered = peer.message("answered").await;
    assert_eq!(answered.args[0], json!(7));
    assert_eq!(answered.attachments, ["x"]);
    peer.stop().await;
}

#[tokio::test]
async fn events_before_the_namespaces_answer_arrive_in_order() {
    let server = node(json!({})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.namespace = "/early".to_owned();
        options.transports = transports;
        let (mut peer, _) = Peer::connected(options).await;
        for expected in 0..3 {
            let message = peer.next_message().await;
            assert_eq!(
                (message.event.as_str(), &message.args[0]),
                ("early", &json!(expected))
            );
        }
        assert_eq!(peer.next_message().await.event, "late");
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_refusal_comes_with_its_data_and_is_not_retried() {
    let server = node(json!({})).await;
    let mut options = options(&server.url());
    options.namespace = "/closed".to_owned();
    options.auth = Some(json!({"token": "wrong"}));
    let mut peer = Peer::start(options);
    let (error, retry) = peer.next_failure().await;
    let refused = ConnectError::Refused {
        message: "not with this token".to_owned(),
        data: Some(json!({"code": "EAUTH", "token": "wrong"})),
    };
    assert_eq!((error, retry), (refused.clone(), None));
    peer.socket.network_changed();
    peer.socket.reconnect_now();
    assert_eq!(peer.next_failure().await.0, refused);
    peer.stop().await;
}

#[tokio::test]
async fn a_namespace_that_says_nothing_has_its_own_error() {
    let server = node(json!({})).await;
    let mut options = options(&server.url());
    options.namespace = "/silent".to_owned();
    options.connect_timeout = Duration::from_secs(2);
    let mut peer = Peer::start(options);
    let (error, retry) = peer.next_failure().await;
    let after = Duration::from_secs(2);
    assert_eq!(error, ConnectError::NamespaceSilent { after });
    assert!(retry.is_some());
    peer.stop().await;
}

#[tokio::test]
async fn an_unknown_namespace_is_refused() {
    let server = node(json!({})).await;
    let mut options = options(&server.url());
    options.namespace = "/nowhere".to_owned();
    let (error, _) = Peer::start(options).next_failure().await;
    assert_eq!(error.code(), "socket.refused");
}

#[tokio::test]
async fn headers_query_origin_and_auth_reach_the_server() {
    let server = node(json!({})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut with = options(&server.url());
        with.transports = transports;
        with.query = vec![("room".to_owned(), "a&b".to_owned())];
        with.headers.insert("x-extra", "yes".parse().unwrap());
        with.origin = Some("https://panel.example".to_owned());
        with.auth = Some(json!({"token": "t"}));
        let (peer, _) = Peer::connected(with).await;
        let seen = &peer.request("handshake", vec![]).await[0];
        assert_eq!(seen["query"]["room"], "a&b");
        assert_eq!(seen["query"]["EIO"], "4");
        assert_eq!(seen["headers"]["x-extra"], "yes");
        assert_eq!(seen["headers"]["origin"], "https://panel.example");
        assert_eq!(seen["auth"], json!({"token": "t"}));
        peer.stop().await;

        let mut without = options(&server.url());
        without.transports = transports;
        let (peer, _) = Peer::connected(without).await;
        let seen = &peer.request("handshake", vec![]).await[0];
        assert_eq!(
            seen["headers"].get("origin"),
            None,
            "no origin unless asked for"
        );
        peer.stop().await;
    }
}

#[tokio::test]
async fn messages_above_max_payload_are_refused_before_sending() {
    let server = node(json!({"maxHttpBufferSize": 1_000})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.transports = transports;
        let (peer, session) = Peer::connected(options).await;
        assert_eq!(session.max_payload, Some(1_000));
        let too_large = peer.socket.emit("echo", vec!["x".repeat(1_000).into()]);
        assert!(
            matches!(too_large, Err(EmitError::TooLarge { limit: 1_000, size }) if size > 1_000),
            "{too_large:?}"
        );
        // As base64, while polling, an attachment is larger.
        let size = match transports {
            Transports::PollingOnly => 1_337,
            _ => 1_001,
        };
        let binary = Payload::binary(vec![0; 1_001]);
        let outcome = peer.socket.request("bytes", vec![binary], PATIENCE).await;
        let limit = 1_000;
        let too_large = EmitError::TooLarge { size, limit };
        assert_eq!(outcome, Err(RequestError::NotSent(too_large)));
        // The largest that fits does pass, and so do many that only fit one by one.
        let frame = |text: &str| match &socketio::packet::encode_event(
            "/",
            Some(99),
            "echo",
            vec![text.into()],
        )[0]
        {
            Frame::Text(text) => text.len(),
            Frame::Binary(_) => unreachable!(),
        };
        let fitting = "y".repeat(1_000 - frame(""));
        let requests: Vec<_> = (0..20)
            .map(|_| {
                peer.socket
                    .request("echo", vec![fitting.clone().into()], PATIENCE)
            })
            .collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), [json!(fitting)]);
        }
        peer.stop().await;
    }
}

#[tokio::test]
async fn polling_steps_in_where_websockets_are_not_allowed() {
    let server = node(json!({"transports": ["polling"]})).await;
    let (peer, session) = Peer::connected(options(&server.url())).await;
    assert_eq!(session.transport, TransportKind::Polling);
    let error = session
        .websocket_error
        .expect("the websocket was tried first");
    assert_eq!(error.code(), "socket.http");
    assert_eq!(peer.request("transport", vec![]).await, [json!("polling")]);
    peer.stop().await;

    let mut only = options(&server.url());
    only.transports = Transports::WebSocketOnly;
    let (error, _) = Peer::start(only).next_failure().await;
    assert!(matches!(error, ConnectError::Http { .. }), "{error:?}");
}

#[tokio::test]
async fn an_upgrade_that_fails_leaves_polling_as_it_is() {
    let server = node(json!({"transports": ["polling"], "allowUpgrades": true})).await;
    let mut options = options(&server.url());
    options.transports = Transports::PollingUpgraded;
    let (peer, _) = Peer::connected(options).await;
    for number in 0..50 {
        assert_eq!(
            peer.request("echo", vec![json!(number).into()]).await,
            [json!(number)]
        );
    }
    peer.stop().await;
}

#[tokio::test]
async fn each_request_has_its_own_timeout() {
    let server = node(json!({})).await;
    let (peer, _) = Peer::connected(options(&server.url())).await;
    let short = Duration::from_millis(300);
    let ignored = peer.socket.request("ignore", vec![], short);
    let late = peer
        .socket
        .request("later", vec![json!(1).into(), json!(2_000).into()], short);
    let patient = peer.socket.request(
        "later",
        vec![json!(2).into(), json!(1_000).into()],
        PATIENCE,
    );
    assert_eq!(ignored.await, Err(RequestError::Timeout { after: short }));
    assert_eq!(late.await, Err(RequestError::Timeout { after: short }));
    assert_eq!(patient.await, Ok(vec![json!(2)]));
    // The late ack of the second request arrives during this one and meets nothing.
    let last = peer.socket.request(
        "later",
        vec![json!(3).into(), json!(1_500).into()],
        PATIENCE,
    );
    assert_eq!(last.await, Ok(vec![json!(3)]));
    peer.stop().await;
}

#[tokio::test]
async fn a_wrong_path_and_a_closed_port_are_told_apart() {
    let server = node(json!({})).await;
    let mut wrong = options(&server.url());
    wrong.path = "/api/socket.io/".to_owned();
    // Node's http server leaves requests that nobody serves without an answer.
    wrong.connect_timeout = Duration::from_secs(2);
    let (error, _) = Peer::start(wrong).next_failure().await;
    assert_ne!(error.code(), "socket.unreachable", "{error:?}");
    let port = crate::servers::free_port();
    let (error, retry) = Peer::start(Options::new(crate::servers::url(port)))
        .next_failure()
        .await;
    assert_eq!(error.code(), "socket.unreachable", "{error:?}");
    assert_eq!(retry.map(|retry| retry.attempt), Some(1));
    let unknown = "http://no-such-host.invalid".parse().unwrap();
    let (error, _) = Peer::start(Options::new(unknown)).next_failure().await;
    assert_eq!(error.code(), "socket.resolve", "{error:?}");
}
