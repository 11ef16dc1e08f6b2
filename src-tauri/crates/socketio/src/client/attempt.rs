//! One attempt: engine, then namespace.

use super::ReplySender;
use crate::error::ConnectError;
use crate::event;
use crate::options::{Options, Transports};
use crate::session::{Output, Recovery, Session};
use crate::transport::{Incoming, Network, Opened, Transport, ended, open};
use std::sync::Arc;
use tokio::time::{Instant, timeout, timeout_at};

/// A connection whose namespace has answered.
pub(super) struct Established {
    pub(super) transport: Transport,
    /// May still hold the events that came before the namespace's answer.
    pub(super) session: Session<ReplySender>,
    pub(super) description: event::Session,
}

/// Opens an engine and joins the namespace, both within `connect_timeout`. Dropping the future
/// drops everything it has opened.
pub(super) async fn run(
    network: &Arc<Network>,
    options: &Options,
    transports: Transports,
    recovery: Recovery,
) -> Result<Established, ConnectError> {
    let started = Instant::now();
    let after = options.connect_timeout;
    let opened = timeout(after, open(network, transports, after))
        .await
        .map_err(|_| ConnectError::Timeout { after })??;
    let Opened {
        mut transport,
        handshake,
        websocket_error,
    } = opened;
    let mut session = Session::new(
        &handshake,
        &options.namespace,
        options.auth.as_ref(),
        recovery,
        options.max_incoming,
        Instant::now().into_std(),
    );
    loop {
        while let Some(output) = session.next_output() {
            match output {
                Output::Send(frame) => transport.push(frame),
                Output::Connected { id, recovered } => {
                    let description = event::Session {
                        id,
                        recovered,
                        transport: transport.kind(),
                        ping_interval: handshake.ping_interval,
                        ping_timeout: handshake.ping_timeout,
                        max_payload: handshake.max_payload,
                        took: started.elapsed(),
                        websocket_error,
                    };
                    return Ok(Established {
                        transport,
                        session,
                        description,
                    });
                }
                Output::Refused { message, data } => {
                    // The engine stays open after a refusal until somebody closes it.
                    let _ = timeout(options.close_timeout, transport.close()).await;
                    return Err(ConnectError::Refused { message, data });
                }
                Output::Closed(reason) => return Err(ended(reason)),
                // Events wait for the answer, and no request has been made.
                Output::Event { .. } | Output::Reply { .. } => {}
            }
        }
        let deadline = started + after;
        match timeout_at(deadline, transport.next()).await {
            Err(_) => return Err(ConnectError::NamespaceSilent { after }),
            Ok(Err(reason)) => return Err(ended(reason)),
            Ok(Ok(Incoming::ProbeAnswered)) => {}
            Ok(Ok(Incoming::Frame(frame))) => session.receive(frame, Instant::now().into_std()),
        }
    }
}
