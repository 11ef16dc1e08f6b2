//! Requests that need nothing but the socket. Each is on its way when this returns, in order;
//! the answer is awaited beside the actor.

use std::future::Future;

use signaling::wire::JoinRoom;
use signaling::{Gateway, RequestError};

use super::{Internal, Reports, Signaling};
use crate::session::{Answer, Ask, Input, SignalingInput};

pub(super) fn send(
    gateway: &Gateway,
    signaling: &Signaling,
    request: u64,
    ask: Ask,
    reports: &Reports,
) {
    let done = |()| Answer::Done;
    match ask {
        Ask::Join {
            name,
            source_language,
            target_language,
        } => {
            let join = JoinRoom {
                // The original string, never an id of the gateway's (Q2).
                room_id: signaling.room.clone(),
                name,
                user_id: signaling.user_id.clone(),
                token: signaling.token.clone(),
                source_language,
                target_language,
            };
            let answer = gateway.join_room(&join);
            await_answer(
                request,
                answer,
                |joined| Answer::Joined(Box::new(joined)),
                reports,
            );
        }
        Ask::Leave => await_answer(request, gateway.leave_room(), done, reports),
        Ask::CreateTransport(direction) => {
            let answer = gateway.create_transport(direction);
            let transport = |parameters| Answer::Transport(Box::new(parameters));
            await_answer(request, answer, transport, reports);
        }
        Ask::ResumeConsumer(consumer) => {
            await_answer(request, gateway.resume_consumer(&consumer), done, reports);
        }
        Ask::PauseConsumer(consumer) => {
            await_answer(request, gateway.pause_consumer(&consumer), done, reports);
        }
        Ask::PauseProducer(producer) => {
            await_answer(request, gateway.pause_producer(&producer), done, reports);
        }
        Ask::ResumeProducer(producer) => {
            await_answer(request, gateway.resume_producer(&producer), done, reports);
        }
        Ask::CloseProducer(producer) => {
            await_answer(request, gateway.close_producer(&producer), done, reports);
        }
        // These need a transport: see `links`.
        Ask::ConnectTransport { .. } | Ask::ProduceAudio { .. } | Ask::Consume { .. } => {}
    }
}

/// Awaits an answer beside everything else and reports it.
pub(super) fn await_answer<T>(
    request: u64,
    answer: impl Future<Output = Result<T, RequestError>> + Send + 'static,
    wrap: impl FnOnce(T) -> Answer + Send + 'static,
    reports: &Reports,
) {
    let reports = reports.clone();
    tokio::spawn(async move {
        let outcome = answer.await.map(wrap);
        let _ = reports.send(Internal::Input(Input::Signaling(SignalingInput::Answer {
            request,
            outcome,
        })));
    });
}
