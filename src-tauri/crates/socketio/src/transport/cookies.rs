//! One jar for both transports, so that a load balancer's affinity cookie reaches every request.

use http::HeaderValue;
use reqwest::cookie::{CookieStore, Jar};
use std::sync::{PoisonError, RwLock};
use url::Url;

/// Cookies of one client. Kept over reconnects, so that a restored session finds its replica;
/// emptied after a failed attempt, so that a cookie for a replica that is gone cannot keep us out.
#[derive(Debug, Default)]
pub(crate) struct Cookies(RwLock<Jar>);

impl Cookies {
    pub(crate) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Jar::default();
    }
}

impl CookieStore for Cookies {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let jar = self.0.read().unwrap_or_else(PoisonError::into_inner);
        jar.set_cookies(headers, url);
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let jar = self.0.read().unwrap_or_else(PoisonError::into_inner);
        jar.cookies(url)
    }
}
