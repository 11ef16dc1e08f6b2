//! The paths at which services answer, by mistake or on purpose.

use std::time::Instant;

use super::{Asking, Cookies, Network, Question, USUAL_PATHS, polling_target, request};
use crate::engineio::{polling_handshake, websocket_handshake};
use crate::facts::{EndpointFacts, PathVariant};

/// Proxies that match whole paths lose the requests with a slash, or those without.
const WITHOUT_SLASH: &str = "/socket.io";

/// Asks for a handshake at the path of the question, and at those that are usual; sessions that
/// open are left at once.
pub async fn variants(network: &Network, question: &Question, deadline: Instant) -> EndpointFacts {
    let asking = Asking::new(network, question, deadline, |_| {});
    let own = asking.facts.path.clone();
    let others = USUAL_PATHS.into_iter().chain([WITHOUT_SLASH]);
    let others = others.filter(|path| *path != own).map(str::to_owned);
    let mut facts = EndpointFacts::default();
    for path in std::iter::once(own.clone()).chain(others) {
        let asked = request("GET", &polling_target(&path, None), &[("Accept", "*/*")]);
        let polling = asking.ask(asked, asking.limit()).await;
        let reached = polling.response.is_some();
        let opened = polling_handshake(&polling);
        let mut websocket = None;
        if let Some(handshake) = &opened {
            let cookies = Cookies::of(&polling);
            asking.leave(&path, &handshake.sid, &cookies, false).await;
        } else if path == own && matches!(polling.status(), 200 | 404) {
            websocket = Some(asking.fresh_websocket(&path, &[]).await);
        }
        let by_websocket = websocket.as_ref().and_then(websocket_handshake).is_some();
        facts.variants.push(PathVariant {
            path,
            polling,
            websocket,
        });
        // Nobody answers: asking once is enough. Somebody who answers by websocket only is found.
        if !reached || by_websocket {
            break;
        }
    }
    facts
}
