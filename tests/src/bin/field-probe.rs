//! Runs the probes from the room to the sound, for tests in network namespaces. Prints one JSON
//! line: facts, and the result of every rung.
//!
//! Usage: field-probe GATEWAY [TURN-URL USER PASSWORD]

use fieldtest::probes::Departures;
use fieldtest::probes::call::{Subject, examine};
use media::IceServer;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (gateway, relay) = arguments.split_first().expect("a gateway");
    let mut subject = Subject::new(gateway.parse().expect("the gateway's address"));
    if let [url, username, credential] = relay {
        subject.relays.push(IceServer {
            url: url.clone(),
            username: username.clone(),
            credential: credential.clone(),
        });
    }
    let departures = Departures::default();
    let facts = examine(&subject, &departures, |_, _| {}).await;
    departures.finished().await;
    let diagnosis = fieldtest::diagnosis::diagnose(&facts);
    println!(
        "{}",
        serde_json::json!({ "rungs": diagnosis.rungs, "facts": facts })
    );
}
