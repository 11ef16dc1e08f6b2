//! Transports, producers and consumers of participants.

use std::time::Duration;

use ortc::{DtlsParameters, MediaKind, RtpCapabilities, RtpParameters};
use serde::Deserialize;
use serde_json::{Value, json};
use signaling::wire::{
    ConsumerId, ConsumerParameters, NewProducer, Produced, ProducerClosed, ProducerId, RequestName,
    ServerEvent, TransportId,
};

use super::{Done, Line, Member, Outcome, Refused, Rooms, SocketId, Track, failures, ids};
use crate::rooms::Moment;
use crate::router::{self, Ssrcs};
use crate::sfu::{ConsumerSetup, Flow, Names, ProducerSetup};
use crate::violation::ViolationKind;

/// Tracks that a participant may send or receive. The real gateway has no such limit; a client
/// that needs more than this is out of order.
const MAX_TRACKS: usize = 256;

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn done(args: Vec<Value>) -> Done {
    Done {
        args,
        ..Done::default()
    }
}

impl Rooms {
    pub(super) fn create_transport(
        &mut self,
        socket: SocketId,
        data: &Value,
        now: Moment,
    ) -> Outcome {
        let occupied = self.seats_taken_by_others(socket);
        let is_full = occupied >= self.setup.max_participants;
        let flow = if data["producing"] == json!(true) {
            Flow::Up
        } else {
            Flow::Down
        };
        let Some((member, setup)) = self.member(socket) else {
            return Err(failures::transport(failures::NOT_IN_ROOM).into());
        };
        if is_full {
            let details = failures::no_ports("0.0.0.0", "router.createWebRtcTransport");
            return Err(failures::transport(details).into());
        }
        let names = Names {
            id: ids::uuid(&mut setup.rng),
            username_fragment: ids::credential(&mut setup.rng),
            password: ids::credential(&mut setup.rng),
        };
        let (key, parameters) = setup.sfu.create_transport(flow, names, now.instant);
        let line = Line {
            id: TransportId::from(parameters.id.as_str()),
            key,
        };
        let slot = match flow {
            Flow::Up => &mut member.send,
            Flow::Down => &mut member.receive,
        };
        if let Some(replaced) = slot.replace(line) {
            member
                .producers
                .retain(|track| track.transport != replaced.key);
            setup.sfu.close_transport(replaced.key);
            self.record(
                RequestName::CreateTransport,
                ViolationKind::RepeatedTransport,
            );
        }
        Ok(done(vec![json!(parameters)]))
    }

    /// Other participants of the room who hold transports.
    fn seats_taken_by_others(&self, socket: SocketId) -> usize {
        self.others(socket)
            .filter(|member| member.send.is_some() || member.receive.is_some())
            .count()
    }

    pub(super) fn connect_transport(&mut self, socket: SocketId, data: &Value) -> Outcome {
        let Some((member, setup)) = self.member(socket) else {
            return Err(failures::bare(failures::NOT_IN_ROOM).into());
        };
        let id = data["transportId"].as_str().unwrap_or_default();
        let line = [&member.send, &member.receive]
            .into_iter()
            .flatten()
            .find(|line| line.id.as_str() == id)
            .ok_or_else(|| failures::bare("Transport not found"))?;
        let parameters: DtlsParameters = read(&data["dtlsParameters"])
            .ok_or_else(|| failures::bare("missing dtlsParameters.fingerprints"))?;
        setup
            .sfu
            .connect(line.key, &parameters)
            .map_err(failures::bare)?;
        Ok(done(vec![json!({})]))
    }

    pub(super) fn produce(&mut self, socket: SocketId, data: &Value) -> Outcome {
        let Some((member, setup)) = self.member(socket) else {
            return Err(failures::producer(failures::NOT_IN_ROOM).into());
        };
        let Some(line) = &member.send else {
            return Err(failures::producer("Participant or send transport not found").into());
        };
        if member.producers.len() >= MAX_TRACKS {
            return Err(failures::producer("too many producers").into());
        }
        let kind: MediaKind = read(&data["kind"])
            .ok_or_else(|| failures::producer(format!("invalid kind {}", data["kind"])))?;
        let parameters: RtpParameters = read(&data["rtpParameters"])
            .ok_or_else(|| failures::producer("missing params.codecs"))?;
        let consumable =
            router::consumable(kind, &parameters, &setup.router).map_err(failures::producer)?;
        let producer = ProducerSetup {
            transport: line.key,
            kind,
            parameters: &parameters,
        };
        let key = setup.sfu.produce(&producer).map_err(failures::producer)?;
        let is_second =
            kind == MediaKind::Audio && member.producers.iter().any(|track| track.kind == kind);
        let id = ProducerId::from(ids::uuid(&mut setup.rng));
        member.producers.push(Track {
            id: id.clone(),
            key,
            transport: line.key,
            kind,
            consumable,
        });
        let participant_id = member.participant.id.clone();
        if is_second {
            self.record(RequestName::Produce, ViolationKind::SecondAudioProducer);
        }
        let mut after = Duration::ZERO;
        if kind == MediaKind::Audio {
            after = self.setup.misbehaviour.slow_produce.unwrap_or_default();
            if self.setup.misbehaviour.fail_audio_tap {
                let details = failures::no_ports("127.0.0.1", "router.createPlainTransport");
                let failure = failures::producer(details);
                return Err(Refused { failure, after });
            }
        }
        let announcement = ServerEvent::NewProducer(NewProducer {
            producer_id: id.clone(),
            participant_id,
            kind,
        });
        Ok(Done {
            args: vec![json!(Produced { producer_id: id })],
            events: self.tell_others(socket, &announcement),
            after,
        })
    }

    pub(super) fn consume(&mut self, socket: SocketId, data: &Value) -> Outcome {
        let producer_id = data["producerId"].as_str().unwrap_or_default();
        let found = self.find_track(socket, producer_id);
        let Some((member, setup)) = self.member(socket) else {
            return Err(failures::consumer(failures::NOT_IN_ROOM).into());
        };
        let Some(line) = &member.receive else {
            return Err(failures::consumer("Participant or recv transport not found").into());
        };
        // Consumers end with their producers; nobody says so.
        member
            .consumers
            .retain(|_, key| setup.sfu.has_consumer(*key));
        if member.consumers.len() >= MAX_TRACKS {
            return Err(failures::consumer("too many consumers").into());
        }
        let refused = || failures::consumer(failures::CANNOT_CONSUME);
        let (producer, kind, consumable) = found.ok_or_else(refused)?;
        let capabilities: RtpCapabilities = read(&data["rtpCapabilities"]).ok_or_else(refused)?;
        let media = ids::ssrc(&mut setup.rng);
        let ssrcs = Ssrcs {
            media,
            rtx: media + 1,
        };
        let mut rtp_parameters =
            router::consumer(&consumable, &capabilities, &ssrcs).ok_or_else(refused)?;
        let encoding = rtp_parameters.encodings.first();
        let consumer = ConsumerSetup {
            transport: line.key,
            producer,
            kind,
            payload_type: rtp_parameters
                .codecs
                .first()
                .map_or(0, |codec| codec.payload_type),
            ssrc: media,
            rtx_ssrc: encoding
                .and_then(|encoding| encoding.rtx)
                .map(|rtx| rtx.ssrc),
            first_sequence: ids::ssrc(&mut setup.rng) as u16,
        };
        let (key, mid) = setup.sfu.consume(consumer).ok_or_else(refused)?;
        rtp_parameters.mid = Some(mid);
        let id = ConsumerId::from(ids::uuid(&mut setup.rng));
        member.consumers.insert(id.clone(), key);
        let answer = ConsumerParameters {
            id,
            producer_id: producer_id.into(),
            kind,
            rtp_parameters,
        };
        Ok(done(vec![json!(answer)]))
    }

    /// A producer in the room of `socket`, its own included.
    fn find_track(
        &self,
        socket: SocketId,
        id: &str,
    ) -> Option<(crate::sfu::ProducerKey, MediaKind, RtpParameters)> {
        let room = self.rooms.get(self.whereabouts.get(&socket)?)?;
        let mut tracks = room.members.iter().flat_map(|member| &member.producers);
        let track = tracks.find(|track| track.id.as_str() == id)?;
        Some((track.key, track.kind, track.consumable.clone()))
    }

    /// Answered alike whether it succeeds or not.
    pub(super) fn pause_consumer(&mut self, socket: SocketId, data: &Value, paused: bool) -> Done {
        if let Some((member, setup)) = self.member(socket)
            && let Some(id) = read::<ConsumerId>(&data["consumerId"])
            && let Some(key) = member.consumers.get(&id)
        {
            setup.sfu.pause_consumer(*key, paused);
        }
        Done::default()
    }

    pub(super) fn pause_producer(
        &mut self,
        socket: SocketId,
        data: &Value,
        paused: bool,
    ) -> Outcome {
        let Some((member, setup)) = self.member(socket) else {
            return Err(failures::bare(failures::NOT_IN_ROOM).into());
        };
        let track = own_track(member, data).ok_or_else(|| failures::bare("Producer not found"))?;
        let key = member.producers[track].key;
        setup.sfu.pause_producer(key, paused);
        Ok(Done::default())
    }

    /// Answered alike whether it succeeds or not.
    pub(super) fn close_producer(&mut self, socket: SocketId, data: &Value) -> Done {
        let Some((member, setup)) = self.member(socket) else {
            return Done::default();
        };
        let Some(track) = own_track(member, data) else {
            return Done::default();
        };
        let track = member.producers.remove(track);
        setup.sfu.close_producer(track.key);
        let closed = ServerEvent::ProducerClosed(ProducerClosed {
            producer_id: track.id,
        });
        Done {
            events: self.tell_others(socket, &closed),
            ..Done::default()
        }
    }
}

/// Position of the producer that `data` names among the member's own.
fn own_track(member: &Member, data: &Value) -> Option<usize> {
    let id = data["producerId"].as_str()?;
    member
        .producers
        .iter()
        .position(|track| track.id.as_str() == id)
}
