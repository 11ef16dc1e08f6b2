//! What a participant hears about captions.

use signaling::wire::ServerEvent;
use signaling::{GatewayEvent, GatewayEvents};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Captions that are kept until somebody asks for them. More are those of a gateway gone mad.
const CAPTIONS: usize = 64;

/// A caption, a translation or an error of the recogniser.
#[derive(Debug)]
pub(in crate::probes) struct Heard {
    pub(in crate::probes) at: Instant,
    pub(in crate::probes) event: ServerEvent,
}

/// Follows a socket's events.
pub(super) fn follow(events: GatewayEvents) -> mpsc::Receiver<Heard> {
    let (heard, captions) = mpsc::channel(CAPTIONS);
    tokio::spawn(listen(events, heard));
    captions
}

/// Keeps captions and what belongs to them. Nothing else is needed, and nothing must pile up.
async fn listen(mut events: GatewayEvents, heard: mpsc::Sender<Heard>) {
    while let Some(event) = events.next().await {
        let GatewayEvent::Event(event) = event else {
            continue;
        };
        if matches!(
            event,
            ServerEvent::Caption(_) | ServerEvent::Translation(_) | ServerEvent::CaptionStatus(_)
        ) {
            let at = Instant::now();
            let _ = heard.try_send(Heard { at, event });
        }
    }
}
