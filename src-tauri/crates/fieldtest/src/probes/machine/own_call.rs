//! A call of this program with itself: it clears this computer, or blames it, before a server is.

use std::time::{Duration, Instant};

use audio::{SinkSpec, SourceSpec};
use call::view::{CallView, ConnectionView, EndReason};
use call::{Call, CallOptions, JoinOptions, prepare};
use gateway::GatewayOptions;
use signaling::gateway::Proxy;
use signaling::{DiscoveryOptions, Network, RoomId, RoomLink};
use tokio::time::timeout;
use url::Url;

use super::failure;
use crate::facts::{DeviceError, OwnCallFacts, OwnCallStep};
use crate::probes::connect::milliseconds;

/// The tone that one sends; it leaves at -15 dBFS (root mean square).
const TONE_HZ: f32 = 880.0;

/// Louder than this, something was heard.
const HEARD_DBFS: f32 = -40.0;

/// Calls within `limit`. The gateway listens on the loopback interface only, and is gone afterwards.
pub(super) async fn try_out(limit: Duration) -> OwnCallFacts {
    let mut facts = OwnCallFacts::default();
    let outcome = timeout(limit, attempt(&mut facts)).await;
    facts.error = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => {
            let seconds = limit.as_secs_f32();
            Some(failure("timeout", format!("no further within {seconds} s")))
        }
    };
    facts
}

async fn attempt(facts: &mut OwnCallFacts) -> Result<(), DeviceError> {
    let started = Instant::now();
    let gateway =
        gateway::start(GatewayOptions::default()).map_err(|error| failure("own-gateway", error))?;
    let url = Url::parse(&gateway.url()).map_err(|error| failure("own-gateway", error))?;
    facts.reached = OwnCallStep::Gateway;

    let room = RoomId::generate(&mut rand::rng());
    let options = |name: &str, microphone| CallOptions {
        discovery: DiscoveryOptions {
            gateway_override: Some(url.clone()),
            network: Network {
                proxy: Proxy::None,
                ..Network::default()
            },
            ..DiscoveryOptions::default()
        },
        join: JoinOptions {
            microphone,
            speaker: SinkSpec::Null,
            ..JoinOptions::new(name)
        },
        ..CallOptions::new(RoomLink::to_room(room.clone(), Some(url.clone())))
    };
    let tone = SourceSpec::Tone { hz: TONE_HZ };
    let prepared = tokio::try_join!(
        prepare(options("Sender", tone)),
        prepare(options("Listener", SourceSpec::None)),
    );
    let (sender, listener) = prepared.map_err(|error| failure(error.code(), &error))?;
    facts.reached = OwnCallStep::Signaling;

    let (sender, listener) = (sender.join(), listener.join());
    tokio::try_join!(connected(&sender), connected(&listener))?;
    facts.reached = OwnCallStep::Media;

    let mut levels = listener.levels();
    loop {
        let loudest = levels
            .borrow_and_update()
            .participants
            .values()
            .copied()
            .fold(f32::MIN, f32::max);
        if loudest > HEARD_DBFS {
            facts.reached = OwnCallStep::Heard;
            facts.heard_dbfs = Some(loudest);
            facts.heard_after_ms = Some(milliseconds(started));
            return Ok(());
        }
        if levels.changed().await.is_err() {
            return Err(failure("call.ended", "the call ended by itself"));
        }
    }
}

/// Waits until the media of a call is connected.
async fn connected(call: &Call) -> Result<(), DeviceError> {
    let mut view = call.view();
    let over = |view: &CallView| {
        let state = &view.connection;
        matches!(
            state,
            ConnectionView::Connected | ConnectionView::Ended { .. }
        )
    };
    let view = view.wait_for(over).await;
    match view.map(|view| view.connection.clone()) {
        Ok(ConnectionView::Connected) => Ok(()),
        Ok(ConnectionView::Ended {
            reason: EndReason::Failed { error },
        }) => Err(failure(&error.code, error.message)),
        _ => Err(failure("call.ended", "the call ended by itself")),
    }
}
