//! `comparison URL COUNT`: sends COUNT concurrent requests with rust_socketio and prints as JSON
//! how many callbacks were called with another request's answer, and how many never.

use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("a URL");
    let count: u64 = arguments.next().and_then(|count| count.parse().ok()).expect("a count");
    let (connected, mut on_connected) = mpsc::unbounded_channel();
    let client = ClientBuilder::new(url)
        .transport_type(TransportType::Websocket)
        .on(Event::Custom("connected".to_owned()), move |_, _: Client| {
            let _ = connected.send(());
            async {}.boxed()
        })
        .connect()
        .await
        .expect("a connection");
    let greeted = timeout(Duration::from_secs(30), on_connected.recv()).await;
    greeted.expect("a greeting in time");
    let (answers, mut on_answer) = mpsc::unbounded_channel();
    for number in 0..count {
        let answers = answers.clone();
        let callback = move |payload: Payload, _: Client| {
            let _ = answers.send((number, first_number(payload)));
            async {}.boxed()
        };
        // The server answers with the number, after a second: all requests are outstanding at once.
        let arguments = Payload::Text(vec![json!(number), json!(1_000)]);
        let time = Duration::from_secs(30);
        let sent = client.emit_with_ack("later", arguments, time, callback).await;
        sent.expect("sent");
    }
    sleep(Duration::from_secs(5)).await;
    let (mut mixed, mut called) = (0, HashSet::new());
    while let Ok((asked, answered)) = on_answer.try_recv() {
        called.insert(asked);
        mixed += u64::from(answered != Some(asked));
    }
    let missing = count - called.len() as u64;
    println!("{}", json!({"requests": count, "mixed": mixed, "missing": missing}));
    std::process::exit(0);
}

fn first_number(payload: Payload) -> Option<u64> {
    let Payload::Text(values) = payload else {
        return None;
    };
    let mut value = values.into_iter().next()?;
    while let Value::Array(values) = value {
        value = values.into_iter().next()?;
    }
    value.as_u64()
}
