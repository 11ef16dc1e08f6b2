//! From the room to the sound: joins a room of its own, tries candidates and relays, brings
//! transports to keys, sends a sound through, and leaves.

use std::net::IpAddr;

use media::{Device, IceServer, TransportOptions};
use ortc::{DtlsRole, MediaKind, TransportParameters};
use signaling::wire::Direction;
use signaling::{ConnectOptions, DiscoveryError};
use url::Url;

use super::call_policy::{DTLS_LIMIT, PEOPLE_TO_SPARE};
use super::sound::{self, Listener};
use super::visit::{Departures, Place, Visit, fresh_room};
use super::{ice, turn, turn_url};
use crate::Rung;
use crate::facts::{
    CapacityFacts, DtlsFacts, Facts, RoomFacts, ServerLoad, TransportFacts, TurnTransport,
};

/// What is examined, and how far one may go.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Base address of the gateway.
    pub gateway: Url,
    /// How its socket is opened. Never opened again.
    pub connect: ConnectOptions,
    /// Relays with credentials of one's own.
    pub relays: Vec<IceServer>,
    /// What `/health` said.
    pub load: Option<ServerLoad>,
    /// Take media ports although people are on the server.
    pub force: bool,
}

impl Subject {
    /// A gateway, politely, without relays.
    pub fn new(gateway: Url) -> Self {
        let connect = ConnectOptions {
            reconnect: socketio::ReconnectPolicy::never(),
            ..ConnectOptions::default()
        };
        Self {
            gateway,
            connect,
            relays: Vec::new(),
            load: None,
            force: false,
        }
    }
}

/// Examines rung by rung, and tells after each: the facts so far are complete for it. May be
/// dropped at any time; then `departures` still has to be waited for.
pub async fn examine(
    subject: &Subject,
    departures: &Departures,
    mut tell: impl FnMut(Rung, &Facts),
) -> Facts {
    let mut facts = Facts::default();
    let place = Place {
        gateway: subject.gateway.clone(),
        connect: subject.connect.clone(),
        room: fresh_room(),
        departures: departures.clone(),
    };
    let resolved = ice::resolve(&subject.gateway).await;
    let mut visit = enter(&place, &mut facts).await;
    tell(Rung::Room, &facts);
    if let Some((visit, device)) = &mut visit {
        climb(
            subject,
            &place,
            (visit, device),
            resolved,
            &mut facts,
            &mut tell,
        )
        .await;
    }
    if let Some((visit, _)) = visit {
        let left = visit.leave().await;
        if let Some(room) = &mut facts.room {
            room.leave = Some(left);
        }
    }
    facts
}

async fn enter(place: &Place, facts: &mut Facts) -> Option<(Visit, Device)> {
    let room = facts.room.insert(RoomFacts {
        dialect: place.connect.dialect.name.to_owned(),
        ..RoomFacts::default()
    });
    let mut visit = match Visit::open(place.clone()).await {
        Ok(visit) => visit,
        Err(error) => {
            room.older = matches!(error, DiscoveryError::Older { .. });
            return None;
        }
    };
    let (join, joined) = visit.join().await;
    room.join = join;
    let Some(joined) = joined else {
        room.leave = Some(visit.leave().await);
        return None;
    };
    room.same_id = Some(joined.room_id == place.room.as_str());
    room.others = joined.participants.len();
    let codecs = &joined.rtp_capabilities.codecs;
    room.codecs = codecs.iter().map(|codec| codec.mime_type.clone()).collect();
    room.codecs.sort();
    room.codecs.dedup();
    let extensions = joined.rtp_capabilities.header_extensions.iter();
    room.audio_level_id = extensions
        .filter(|extension| extension.uri == ortc::AUDIO_LEVEL)
        .map(|extension| extension.preferred_id)
        .next();
    let device = Device::load(&joined.rtp_capabilities).ok();
    let understood = |device: &Device| {
        let mut codecs = device.recv_rtp_capabilities().codecs.iter();
        codecs.any(|codec| codec.kind == MediaKind::Audio)
    };
    room.can_send_audio = Some(
        device
            .as_ref()
            .is_some_and(|device| device.can_produce(MediaKind::Audio)),
    );
    room.can_receive_audio = Some(device.as_ref().is_some_and(understood));
    match device {
        Some(device) => Some((visit, device)),
        None => {
            room.leave = Some(visit.leave().await);
            None
        }
    }
}

async fn climb(
    subject: &Subject,
    place: &Place,
    (visit, device): (&mut Visit, &Device),
    resolved: Vec<IpAddr>,
    facts: &mut Facts,
    tell: &mut impl FnMut(Rung, &Facts),
) {
    let people = subject.load.map_or(0, |load| load.participants);
    let refrained = people >= PEOPLE_TO_SPARE && !subject.force;
    facts.capacity = Some(CapacityFacts {
        load: subject.load,
        forced: subject.force,
        refrained,
        ..CapacityFacts::default()
    });
    if refrained {
        return tell(Rung::Capacity, facts);
    }
    let (send, receive) = transports(visit, facts).await;
    tell(Rung::Capacity, facts);
    let Some(tried) = send.as_ref().or(receive.as_ref()) else {
        return;
    };

    let (candidates, relays) = tokio::join!(
        ice::check(tried, resolved),
        turn::check(&subject.relays, Some(tried))
    );
    facts.ice = Some(candidates);
    tell(Rung::Ice, facts);
    facts.turn = Some(relays);
    tell(Rung::Turn, facts);
    let (Some(options), Some(send), Some(receive)) = (way(subject, facts), send, receive) else {
        return;
    };

    let mut dtls = DtlsFacts {
        role: match send.dtls_parameters.role {
            DtlsRole::Auto => "auto",
            DtlsRole::Client => "client",
            DtlsRole::Server => "server",
        }
        .to_owned(),
        fingerprints: algorithms(&send),
        transports: Vec::new(),
    };
    let connected = |transport: TransportFacts, dtls: &mut DtlsFacts| {
        let connected = transport.connected_ms.is_some();
        dtls.transports.push(transport);
        connected
    };
    let one = visit.connect("send", device, Direction::Send, send, options.clone());
    let one = one.await;
    let other = visit.connect(
        "receive",
        device,
        Direction::Receive,
        receive,
        options.clone(),
    );
    let other = other.await;
    let both = connected(one, &mut dtls) & connected(other, &mut dtls);
    let second = if both {
        second(place, options, &mut dtls, facts).await
    } else {
        None
    };
    facts.dtls = Some(dtls);
    tell(Rung::Dtls, facts);
    if both {
        let name = "self";
        let mut listeners = vec![Listener {
            name,
            visit,
            device,
        }];
        if let Some((visit, device)) = &second {
            let name = "second";
            listeners.push(Listener {
                name,
                visit,
                device,
            });
        }
        let media = sound::exchange(visit, &listeners).await;
        if let Some(capacity) = &mut facts.capacity {
            capacity.produce = Some(media.produce.clone());
        }
        facts.media = Some(media);
        tell(Rung::Media, facts);
    }
    if let Some((second, _)) = second {
        second.leave().await;
    }
}

/// Both transports, at once as a call asks for them.
async fn transports(
    visit: &Visit,
    facts: &mut Facts,
) -> (Option<TransportParameters>, Option<TransportParameters>) {
    let (send, receive) = tokio::join!(
        visit.transport(Direction::Send),
        visit.transport(Direction::Receive)
    );
    if let Some(capacity) = &mut facts.capacity {
        capacity.transports = vec![send.0, receive.0];
        let one = send.1.as_ref().or(receive.1.as_ref());
        capacity.ports_per_transport = one.map_or(0, |one| one.ice_candidates.len());
    }
    (send.1, receive.1)
}

/// How media goes: directly if any candidate answered, else by a relay that works; none otherwise.
fn way(subject: &Subject, facts: &Facts) -> Option<TransportOptions> {
    let options = TransportOptions {
        ice_timeout: DTLS_LIMIT,
        ..TransportOptions::default()
    };
    if facts.ice.as_ref()?.alive() {
        return Some(options);
    }
    let relays = facts.turn.as_ref()?;
    relays.iter().any(|relay| relay.works()).then(|| {
        let usable = |server: &&IceServer| {
            turn_url::parse(&server.url).is_some_and(|place| place.transport == TurnTransport::Udp)
        };
        TransportOptions {
            ice_servers: subject.relays.iter().filter(usable).cloned().collect(),
            relay_only: true,
            ..options
        }
    })
}

fn algorithms(transport: &TransportParameters) -> Vec<String> {
    let fingerprints = transport.dtls_parameters.fingerprints.iter();
    fingerprints
        .map(|fingerprint| fingerprint.algorithm.clone())
        .collect()
}

/// A second participant, who only listens.
async fn second(
    place: &Place,
    options: TransportOptions,
    dtls: &mut DtlsFacts,
    facts: &mut Facts,
) -> Option<(Visit, Device)> {
    let mut visit = Visit::open(place.clone()).await.ok()?;
    let (_, joined) = visit.join().await;
    let device = Device::load(&joined?.rtp_capabilities).ok()?;
    let (request, parameters) = visit.transport(Direction::Receive).await;
    if let Some(capacity) = &mut facts.capacity {
        capacity.transports.push(request);
    }
    let direction = Direction::Receive;
    let connect = visit.connect("second", &device, direction, parameters?, options);
    dtls.transports.push(connect.await);
    Some((visit, device))
}
