//! Runs the probes of the services and those from the room to the captions, for tests. Prints one
//! JSON line: facts, and the result of every rung.
//!
//! Usage: field-probe GATEWAY [TURN-URL USER PASSWORD] [stt=URL] [translation=URL] [tts=URL]

use std::str::FromStr;
use std::sync::Arc;

use fieldtest::facts::{Facts, ServicesFacts};
use fieldtest::probes::call::{Subject, examine};
use fieldtest::probes::pipeline::SpeechServices;
use fieldtest::probes::{Departures, Network, services};
use media::IceServer;
use signaling::Endpoints;
use signaling::discovery::{GatewaySource, TranslationKind};

/// How the addresses of services begin.
const SERVICES: [&str; 3] = ["stt=", "translation=", "tts="];

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_named = |one: &&String| SERVICES.iter().any(|name| one.starts_with(name));
    let (named, plain): (Vec<_>, Vec<_>) = arguments.iter().partition(is_named);
    let (gateway, relay) = plain.split_first().expect("a gateway");
    let mut subject = Subject::new(gateway.parse().expect("the gateway's address"));
    if let [url, username, credential] = relay {
        subject.relays.push(IceServer {
            url: (*url).clone(),
            username: (*username).clone(),
            credential: (*credential).clone(),
        });
    }
    let network = Arc::new(Network::default());
    let endpoints = Endpoints {
        gateway: subject.gateway.clone(),
        source: GatewaySource::Override,
        translation: service(&named, "translation="),
        translation_kind: TranslationKind::Auto,
        speech: service(&named, "tts="),
        recognition: service(&named, "stt="),
        stun: Vec::new(),
    };
    let mut said: Option<ServicesFacts> = None;
    if !named.is_empty() {
        let said = said.insert(services::ask(&network, &endpoints).await);
        subject.speech = SpeechServices::new(network, &endpoints, Some(said));
    }
    let departures = Departures::default();
    let facts = examine(&subject, &departures, |_, _| {}).await;
    departures.finished().await;
    let facts = Facts {
        services: said,
        ..facts
    };
    let diagnosis = fieldtest::diagnosis::diagnose(&facts);
    println!(
        "{}",
        serde_json::json!({ "rungs": diagnosis.rungs, "facts": facts })
    );
}

/// The address of a service, if it was given.
fn service<T: FromStr>(named: &[&String], name: &str) -> Option<T> {
    let url = named.iter().find_map(|one| one.strip_prefix(name))?;
    Some(url.parse().ok().expect("a service's address"))
}
