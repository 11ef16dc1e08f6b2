//! One page over HTTP, with the trust, the proxies and the resolver of the connections.

use super::websocket::location;
use super::{Network, polling};
use crate::error::ConnectError;
use crate::options::{Options, Proxy};
use http::StatusCode;
use http::header::LOCATION;
use std::path::PathBuf;
use url::Url;

/// An HTTP answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Status of the answer.
    pub status: StatusCode,
    /// `Location` of a redirect, as sent: perhaps relative. Redirects are not followed.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Fetches a page by GET, as a connection with the same settings would reach it. The caller limits
/// the time.
///
/// # Errors
/// No answer, or more than `max_bytes` of it ([`ConnectError::Protocol`]).
pub async fn fetch(
    url: &Url,
    extra_ca: Option<PathBuf>,
    proxy: Proxy,
    max_bytes: usize,
) -> Result<Page, ConnectError> {
    let network = Network::new(&Options {
        extra_ca,
        proxy,
        ..Options::new(url.clone())
    })?;
    let client = polling::client(&network).await?;
    let sent = client.get(url.clone()).send().await;
    let response = sent.map_err(polling::connect_error)?;
    let status = response.status();
    let location = location(response.headers().get(LOCATION));
    let body = polling::read(response, max_bytes).await?;
    Ok(Page {
        status,
        location,
        body,
    })
}
