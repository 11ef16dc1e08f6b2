//! Opens an engine: which transport is tried, and what follows when it does not work.

use super::polling::handshake as polling_handshake;
use super::upgrade::Upgrading;
use super::websocket::WebSocket;
use super::{Incoming, Network, Transport};
use crate::error::{ConnectError, DisconnectReason};
use crate::options::Transports;
use crate::packet::{EnginePacket, Frame, Handshake, decode_engine};
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// An engine that has shaken hands.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) transport: Transport,
    pub(crate) handshake: Handshake,
    /// Why it is not a websocket, when that was tried first.
    pub(crate) websocket_error: Option<ConnectError>,
}

/// Opens an engine. `time` is what the caller grants; only the websocket's share of it is enforced
/// here.
pub(crate) async fn open(
    network: &Arc<Network>,
    transports: Transports,
    time: Duration,
) -> Result<Opened, ConnectError> {
    match transports {
        Transports::WebSocketOnly => websocket(network).await,
        Transports::PollingOnly => polling(network, false).await,
        Transports::PollingUpgraded => polling(network, true).await,
        Transports::WebSocketThenPolling => {
            let after = time * 5 / 9;
            let tried = tokio::time::timeout(after, websocket(network)).await;
            let error = match tried.unwrap_or(Err(ConnectError::Timeout { after })) {
                Ok(opened) => return Ok(opened),
                Err(error) if !polling_may_help(&error, network) => return Err(error),
                Err(error) => error,
            };
            tracing::debug!(code = error.code(), "no websocket, trying polling");
            // No upgrade is tried afterwards: the websocket has just failed.
            match polling(network, false).await {
                Ok(opened) => Ok(Opened {
                    websocket_error: Some(error),
                    ..opened
                }),
                Err(polling) => Err(ConnectError::BothTransports {
                    websocket: Box::new(error),
                    polling: Box::new(polling),
                }),
            }
        }
    }
}

/// Whether the failure concerns the websocket rather than the way to the host.
fn polling_may_help(error: &ConnectError, network: &Network) -> bool {
    // A proxy that opens no tunnels may still forward plain HTTP.
    if matches!(error, ConnectError::Proxy { .. }) {
        return !network.is_encrypted();
    }
    !matches!(
        error,
        ConnectError::InvalidOptions { .. }
            | ConnectError::ExtraCa { .. }
            | ConnectError::Resolve { .. }
            | ConnectError::Unreachable { .. }
            | ConnectError::Certificate { .. }
            | ConnectError::Tls { .. }
    )
}

async fn websocket(network: &Arc<Network>) -> Result<Opened, ConnectError> {
    let mut websocket = WebSocket::open(network, None).await?;
    let frame = loop {
        match poll_fn(|cx| websocket.poll_next(cx)).await {
            Ok(Incoming::Frame(frame)) => break frame,
            Ok(Incoming::ProbeAnswered) => {}
            Err(reason) => return Err(ended(reason)),
        }
    };
    Ok(Opened {
        handshake: handshake_of(&frame)?,
        transport: Transport::WebSocket(Box::new(websocket)),
        websocket_error: None,
    })
}

async fn polling(network: &Arc<Network>, upgrade: bool) -> Result<Opened, ConnectError> {
    let mut answer = polling_handshake(network).await?;
    let first = answer.frames.pop_front().unwrap_or_else(|| "".into());
    let handshake = handshake_of(&first)?;
    let polling = answer.into_transport(Arc::clone(network), &handshake.sid, handshake.max_payload);
    let offered = handshake.upgrades.iter().any(|name| name == "websocket");
    let transport = if upgrade && offered {
        let upgrading = Upgrading::start(polling, Arc::clone(network), handshake.sid.clone());
        Transport::Upgrading(Box::new(upgrading))
    } else {
        Transport::Polling(Box::new(polling))
    };
    Ok(Opened {
        transport,
        handshake,
        websocket_error: None,
    })
}

fn handshake_of(frame: &Frame) -> Result<Handshake, ConnectError> {
    let Frame::Text(text) = frame else {
        return Err(ConnectError::Protocol {
            message: "binary data instead of a handshake".to_owned(),
        });
    };
    match decode_engine(text) {
        Ok(EnginePacket::Open(json)) => {
            Handshake::parse(json).map_err(|error| ConnectError::Protocol {
                message: format!("the handshake: {error}"),
            })
        }
        _ => Err(ConnectError::Protocol {
            message: "another packet instead of a handshake".to_owned(),
        }),
    }
}

/// The end of a connection, seen from an attempt to make one.
pub(crate) fn ended(reason: DisconnectReason) -> ConnectError {
    match reason {
        DisconnectReason::TransportLost { kind, message } => ConnectError::Lost { kind, message },
        DisconnectReason::EngineClose { code } => ConnectError::Lost {
            kind: io::ErrorKind::ConnectionAborted,
            message: match code {
                Some(code) => format!("closed with code {code}"),
                None => "closed by the server".to_owned(),
            },
        },
        DisconnectReason::SessionRefused { status, body } => ConnectError::Http {
            status,
            location: None,
            body,
        },
        other => ConnectError::Protocol {
            message: other.to_string(),
        },
    }
}
