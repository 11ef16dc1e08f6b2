use std::collections::{BTreeMap, BTreeSet};

use collab::vocabulary::{Connect, Heard, Observed, detect};
use socketio::packet::PacketBody;

use super::deployment_of;
use super::transcript::{Said, transcripts};

#[test]
fn recorded_servers_are_found_out() {
    for (file, lines) in transcripts() {
        let clients: BTreeSet<&String> = lines.iter().map(|line| &line.client).collect();
        for client in clients {
            let mut observed = Observed::default();
            let mut asked: BTreeMap<u64, String> = BTreeMap::new();
            let mut connects = 0;
            for line in lines.iter().filter(|line| line.client == *client) {
                match &line.said {
                    Said::Handshake { ping_timeout } => observed.ping_timeout = Some(*ping_timeout),
                    Said::Packet(PacketBody::Connect { data }) if !line.by_server => {
                        observed.auth_sent = data.is_some();
                        connects += 1;
                    }
                    Said::Packet(PacketBody::Connect { .. }) => {
                        observed.connect = Connect::Accepted
                    }
                    Said::Packet(PacketBody::ConnectError { message, .. }) => {
                        let message = message.clone();
                        observed.connect = Connect::Refused { message };
                    }
                    Said::Packet(PacketBody::Event { name, args, .. }) if line.by_server => {
                        let early = observed.connect == Connect::Unknown;
                        observed.heard.push(Heard::new(name, args, early));
                    }
                    Said::Packet(PacketBody::Event {
                        name,
                        ack: Some(id),
                        ..
                    }) => {
                        asked.insert(*id, name.clone());
                    }
                    Said::Packet(PacketBody::Ack { id, .. }) => {
                        observed.acked.extend(asked.remove(id));
                    }
                    _ => {}
                }
            }
            if connects == 0 {
                continue;
            }
            observed.unanswered = asked.into_values().collect();
            let (expected, link) = deployment_of(file, client);
            let guesses = detect(&observed);
            let best = guesses
                .first()
                .unwrap_or_else(|| panic!("{file}: {client}: {observed:?}"));
            // Without any of the panel's events, the panel's deployment fits a service, too.
            let also = expected.name == "live-editing" && best.deployment == "screening";
            assert!(
                best.deployment == expected.name || also,
                "{file}: {client}: {guesses:?}"
            );
            if expected.links.len() > 1 {
                let expected = expected.links[link].name.as_str();
                assert_eq!(best.link.as_deref(), Some(expected), "{file}: {client}");
            }
        }
    }
}
