//! What both directions have in common.

use std::sync::Arc;

use ortc::{DtlsParameters, IceParameters, TransportParameters};
use tokio::sync::watch;

use super::link::Link;
use super::{TransportEvents, TransportOptions, TransportState};
use crate::{MediaError, TransportStats};

/// A transport, whatever it carries. Clones are handles of the same transport; it ends with
/// [`Self::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Transport(pub(super) Arc<Link>);

impl Transport {
    pub(super) async fn open(
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(Self, TransportEvents), MediaError> {
        let (link, events) = Link::open(parameters, options).await?;
        Ok((Self(link), events))
    }

    /// The router's id of the transport.
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// What to send with `connect-webrtc-transport`: role client, one SHA-256 fingerprint.
    pub fn dtls_parameters(&self) -> DtlsParameters {
        self.0.dtls_parameters()
    }

    /// Lets DTLS start. Call it once the gateway has acknowledged `connect-webrtc-transport`: a
    /// handshake that starts earlier is not heard, and is repeated only after a second. Must be
    /// called within a tokio runtime.
    pub fn connect(&self) {
        self.0.connect();
    }

    /// Where the transport is in its life.
    pub fn state(&self) -> TransportState {
        self.0.state()
    }

    /// The state and its changes, without the other events.
    pub fn states(&self) -> watch::Receiver<TransportState> {
        self.0.states()
    }

    /// Starts ICE again with the router's new credentials, for gateways that can restart it.
    pub async fn restart_ice(&self, parameters: IceParameters) -> Result<(), MediaError> {
        self.0.restart_ice(&parameters).await
    }

    /// Totals over all tracks.
    pub async fn stats(&self) -> TransportStats {
        self.0.stats().await
    }

    /// Ends all tracks, tasks and sockets. Idempotent.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
