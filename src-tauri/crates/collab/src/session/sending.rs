//! One event on its way, and what comes of it.

use std::pin::Pin;

use socketio::{EmitError, Payload, Reply, RequestError, Socket};

use crate::intent::IntentKind;
use crate::model::AckOutcome;
use crate::policy::ACK_LIMIT;
use crate::vocabulary::{AckAnswer, AckNeed, Context, Deployment, Outgoing};

type Asked = Pin<Box<dyn Future<Output = Result<Reply, RequestError>> + Send>>;

/// An event that was handed to its socket.
pub(super) enum Sent {
    /// It did not go.
    Failed(EmitError),
    /// It went; no answer was asked for.
    Told,
    /// It went over this link, and an answer was asked for. Dropping it gives up the answer only.
    Asked(usize, Asked),
}

/// Sends an event.
pub(super) fn send(socket: &Socket, outgoing: Outgoing) -> Sent {
    let args = outgoing.args.into_iter().map(Payload::from).collect();
    match outgoing.ack {
        AckNeed::Never => match socket.emit(&outgoing.event, args) {
            Ok(()) => Sent::Told,
            Err(error) => Sent::Failed(error),
        },
        AckNeed::Optional | AckNeed::Expected => Sent::Asked(
            outgoing.link,
            Box::pin(socket.request_with_attachments(&outgoing.event, args, ACK_LIMIT)),
        ),
    }
}

impl Sent {
    /// Waits for what comes of it, with the answer's place if there is one.
    pub(super) async fn outcome(
        self,
        kind: IntentKind,
        deployment: &Deployment,
        context: &Context<'_>,
    ) -> (AckOutcome, Option<(usize, u64)>) {
        match self {
            Self::Failed(error) => (not_sent(&error), None),
            Self::Told => (AckOutcome::Unanswered, None),
            Self::Asked(link, reply) => match reply.await {
                Ok(reply) => {
                    let outcome = match deployment.decode_ack(kind, &reply.args, context) {
                        AckAnswer::Ok { operations } => AckOutcome::Confirmed(operations),
                        AckAnswer::Refused { message } => AckOutcome::Refused(message),
                    };
                    (outcome, Some((link, reply.order)))
                }
                Err(RequestError::NotSent(error)) => (not_sent(&error), None),
                // Whether it arrived, nobody knows.
                Err(_) => (AckOutcome::Unanswered, None),
            },
        }
    }
}

fn not_sent(error: &EmitError) -> AckOutcome {
    match error {
        // It never will be smaller.
        EmitError::TooLarge { .. } => AckOutcome::Refused(error.to_string()),
        _ => AckOutcome::NotSent,
    }
}

/// Which outcome counts where two vocabularies have a word for one intent: a refusal most, and a
/// confirmation more than silence.
pub(super) fn weight(outcome: &AckOutcome) -> u8 {
    match outcome {
        AckOutcome::NotSent => 0,
        AckOutcome::Unanswered => 1,
        AckOutcome::Confirmed(_) => 2,
        AckOutcome::Refused(_) => 3,
    }
}
