//! Who is there, on real sockets.

use std::time::Duration;

use collab_service::{Database, ServiceOptions};
use serde_json::{Value, json};

use crate::client::{Client, TRANSPORTS, ids, quick, service};

#[tokio::test]
async fn two_sockets_of_one_person_one_of_them_killed() {
    let service = service(quick());
    for (round, transports) in TRANSPORTS.into_iter().enumerate() {
        let record = format!("P{round}");
        let mut bob = Client::connect(&service, "u2", transports).await;
        bob.panel("u2", &record).await;
        let first = Client::connect(&service, "u1", transports).await;
        first.panel("u1", &record).await;
        let second = Client::connect(&service, "u1", transports).await;
        second.panel("u1", &record).await;
        let two = |list: &Value| ids(list) == ["u1", "u2"];
        bob.until("active_users_updated", two).await;
        assert_eq!(service.stats().people, 2);

        // Dropped without a word in time: the transport goes.
        first.socket.disconnect().await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        let heard = bob.heard().await;
        assert!(!heard.iter().any(|(event, _)| event == "user_left"));
        let lists: Vec<_> = heard
            .iter()
            .filter(|(event, _)| event == "active_users_updated")
            .collect();
        assert!(lists.iter().all(|(_, list)| two(list)));

        second.socket.disconnect().await;
        assert_eq!(bob.event("user_left").await, "u1");
        bob.until("active_users_updated", |list| ids(list) == ["u2"])
            .await;
        bob.socket.disconnect().await;
        while service.stats().people > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A person whose connection breaks without a word, as when their process is killed.
#[tokio::test]
async fn who_is_killed_is_gone_after_the_grace() {
    use tokio::io::AsyncWriteExt;
    let service = service(quick());
    let mut bob = Client::connect(&service, "u2", TRANSPORTS[0]).await;
    bob.panel("u2", "P1").await;

    // The service is reached through a relay that can be cut.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relayed = listener.local_addr().unwrap();
    let to = service.local_addr();
    let relay = tokio::spawn(async move {
        let mut all = tokio::task::JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            all.spawn(async move {
                let mut far = tokio::net::TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                let _ = far.shutdown().await;
            });
        }
    });
    let auth = json!({ "user_id": "u1", "role": "doctor" });
    let mut options = Client::options(&service, Some(auth));
    options.url = format!("http://{relayed}").parse().unwrap();
    let mut ann = Client::start(options);
    ann.connected().await;
    ann.panel("u1", "P1").await;
    bob.until("active_users_updated", |list| ids(list) == ["u1", "u2"])
        .await;
    relay.abort();
    assert_eq!(bob.event("user_left").await, "u1");
    let queue = |queue: &Value| queue[0]["staff_working"] == json!(["u2"]);
    bob.until("queue_updated", queue).await;
}

#[tokio::test]
async fn after_a_restart_two_people_on_three_sockets_are_two() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(ServiceOptions {
        database: Database::File(folder.path().join("collab.db")),
        ..quick()
    });
    let mut clients = Vec::new();
    for (id, transports) in [
        ("u1", TRANSPORTS[0]),
        ("u1", TRANSPORTS[1]),
        ("u2", TRANSPORTS[0]),
    ] {
        let client = Client::connect(&service, id, transports).await;
        client.panel(id, "P1").await;
        clients.push((id, client));
    }
    service.restart(Duration::from_millis(200));
    for (id, client) in &mut clients {
        client.connected().await;
        client.panel(id, "P1").await;
    }
    for (id, client) in &mut clients {
        client
            .until("active_users_updated", |list| ids(list) == ["u1", "u2"])
            .await;
        // The queue may have come before the list; who joins again is shown it again.
        client.panel(id, "P1").await;
        client
            .until("queue_updated", |queue| {
                let staff = queue[0]["staff_working"].as_array();
                staff.is_some_and(|staff| staff.len() == 2)
            })
            .await;
    }
    assert_eq!(service.stats().restarts, 1);
    assert_eq!(service.stats().people, 2);
}

#[tokio::test]
async fn the_query_names_people_too() {
    let service = service(quick());
    for transports in TRANSPORTS {
        let mut options = Client::options(&service, None);
        options.transports = transports;
        let pairs = [
            ("user_id", "u7"),
            ("user_name", "Ann Lee & Co"),
            ("user_role", "nurse"),
        ];
        options.query = pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .to_vec();
        let mut client = Client::start(options);
        client.connected().await;
        let status = client.event("system_status").await;
        assert_eq!(status["user_info"]["user_id"], "u7");
        client.room("P1").await;
        let join = json!({ "patient_id": "P1", "user": { "user_id": "u7" } });
        let ack = client.ask("join_patient_room", vec![join]).await;
        assert_eq!(ack[0]["active_users"][0]["name"], "Ann Lee & Co");
        assert_eq!(ack[0]["active_users"][0]["role"], "nurse");
        client.socket.disconnect().await;
    }
}

#[tokio::test]
async fn a_connect_again_on_the_same_session_is_a_new_socket() {
    let service = service(quick());
    let mut bob = Client::connect(&service, "u2", TRANSPORTS[0]).await;
    bob.panel("u2", "P1").await;
    let url = format!(
        "ws://{}/socket.io/?EIO=4&transport=websocket",
        service.local_addr()
    );
    let mut raw = crate::doors::Raw::open(&url).await;
    for _ in 0..20 {
        raw.send(r#"40{"user_id":"u1"}"#).await;
        raw.until("40{").await;
        let join = r#"421["join_room",{"room":"screening_P1"}]"#;
        raw.send(join).await;
        raw.until("431[").await;
        raw.send("41").await;
    }
    raw.send(r#"40{"user_id":"u1"}"#).await;
    raw.until("40{").await;
    raw.send(r#"421["join_room",{"room":"screening_P1"}]"#)
        .await;
    raw.until("431[").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    bob.heard().await;
    assert_eq!(service.stats().people, 2);
    assert_eq!(service.stats().sockets, 2);
}
