//! Many at once.

use collab_service::{Database, ServiceOptions};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Client, TRANSPORTS, ids, quick, service};

/// GET without a body, POST with one; the body of the answer.
pub async fn post(url: &str, body: Option<&str>) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = match body {
        None => format!("GET /{path} HTTP/1.0\r\nhost: x\r\n\r\n"),
        Some(body) => format!(
            "POST /{path} HTTP/1.0\r\nhost: x\r\ncontent-type: text/plain\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    };
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_sockets_see_each_other_and_the_same_values() {
    const SOCKETS: usize = 200;
    const COMMITS: usize = 5;
    let folder = tempfile::tempdir().unwrap();
    let service = service(ServiceOptions {
        database: Database::File(folder.path().join("collab.db")),
        ..quick()
    });
    let mut joining = JoinSet::new();
    for number in 0..SOCKETS {
        // Every tenth by long polling; two sockets for each person.
        let transports = TRANSPORTS[usize::from(number % 10 == 0)];
        let id = format!("u{}", number / 2);
        let url = service.url();
        let mut options = Client::options(&service, Some(json!({ "user_id": id, "role": "r" })));
        options.url = url.parse().unwrap();
        options.transports = transports;
        joining.spawn(async move {
            let mut client = Client::start(options);
            client.connected().await;
            client.panel(&id, "P1").await;
            client.room("P1").await;
            (number, client)
        });
    }
    let mut clients = joining.join_all().await;
    assert_eq!(service.stats().sockets, SOCKETS as u64);
    assert_eq!(service.stats().people, SOCKETS as u64 / 2);

    let (_, first) = &mut clients[0];
    first
        .until("active_users_updated", |list| {
            ids(list).len() == SOCKETS / 2
        })
        .await;

    // Everybody writes, mostly into the same fields, and hears all the others.
    let mut writing = JoinSet::new();
    for (number, mut client) in clients {
        writing.spawn(async move {
            for round in 0..COMMITS {
                let field = format!("field {}", (number + round) % 50);
                client
                    .commit("P1", &field, format!("{number} {round}"))
                    .await;
            }
            let others = (SOCKETS - 1) * COMMITS;
            let mut last = std::collections::BTreeMap::new();
            for _ in 0..others {
                let updated = client.event("live_field_updated").await;
                let field = updated["field_name"].as_str().unwrap().to_owned();
                last.insert(field, updated["final_value"].clone());
            }
            (client, last)
        });
    }
    let finished = writing.join_all().await;
    assert_eq!(service.stats().commits, (SOCKETS * COMMITS) as u64);
    assert_eq!(service.stats().dropped, 0);

    let mut late = Client::connect(&service, "late", TRANSPORTS[0]).await;
    late.room("P1").await;
    let kept: std::collections::BTreeMap<String, Value> = late
        .heard()
        .await
        .into_iter()
        .filter(|(event, _)| event == "live_field_updated")
        .map(|(_, field)| {
            let name = field["field_name"].as_str().unwrap().to_owned();
            (name, field["final_value"].clone())
        })
        .collect();
    assert_eq!(kept.len(), 50);
    // Own values are not heard: a client's view may differ in those that it wrote last itself.
    for (_, last) in &finished {
        let different = kept
            .iter()
            .filter(|(name, value)| last.get(*name) != Some(value));
        assert!(different.count() <= COMMITS);
    }
}

#[tokio::test]
async fn a_full_record_is_told_to_a_joiner_in_one_go() {
    const FIELDS: usize = 10_000;
    let service = service(quick());
    let ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    ann.room("P1").await;
    for batch in 0..FIELDS / 500 {
        let writes = (0..500).map(|number| {
            let field = format!("field {}", batch * 500 + number);
            let completed =
                json!({ "session_id": "P1", "field_name": field, "final_value": number });
            let event = "field_completed";
            let args = vec![completed.into()];
            ann.socket.request(event, args, crate::client::PATIENCE)
        });
        let writes: Vec<_> = writes.collect();
        for write in writes {
            assert_eq!(write.await.expect("an answer"), [] as [Value; 0]);
        }
    }
    for transports in TRANSPORTS {
        let mut bob = Client::connect(&service, "u2", transports).await;
        let room = json!({ "room": "P1" });
        let args = vec![room.into()];
        let joined = bob
            .socket
            .request("join_room", args, crate::client::PATIENCE);
        let mut fields = 0;
        while let socketio::Event::Message(message) = bob.next().await {
            match message.event.as_str() {
                "live_field_updated" => fields += 1,
                "room_joined" => break,
                _ => {}
            }
        }
        assert_eq!(fields, FIELDS);
        joined.await.expect("an answer");
    }
    assert_eq!(service.stats().dropped, 0);
}
