//! One page over HTTP, with the trust, the proxies and the resolver of the connections.

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
    let mut response = sent.map_err(polling::connect_error)?;
    let status = response.status();
    let location = response.headers().get(LOCATION);
    let location = location
        .and_then(|location| location.to_str().ok())
        .map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(polling::connect_error)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(ConnectError::Protocol {
                message: "the page is too long".to_owned(),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Page {
        status,
        location,
        body,
    })
}
