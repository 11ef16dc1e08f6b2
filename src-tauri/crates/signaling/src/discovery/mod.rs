//! From a link to the gateway behind its site.
//!
//! A site tells its gateway in `env-config.js`. A gateway can also be used without a site:
//! then there is no such file, and the gateway is at the link's own address. Both are found
//! without waiting for one thing after the other: where a gateway is likely at once, its
//! socket is opened while the file is being fetched ([`dial`]).

mod dial;
mod env_config;
mod failure;
mod site;

pub use dial::{Dialed, dial};
pub use env_config::{EnvConfig, TranslationKind, published_secrets, without_secrets};
pub use failure::DiscoveryError;

use url::Url;

use crate::gateway::{ConnectOptions, Network, connect};
use crate::link::RoomLink;
use crate::policy::DISCOVERY_LIMIT;
use site::{Route, Verdict};

/// What a person or an administrator set about servers.
#[derive(Debug, Clone, Default)]
pub struct DiscoveryOptions {
    /// Use this gateway, whatever the link and its site say.
    pub gateway_override: Option<Url>,
    /// Use this translation service.
    pub translation_override: Option<Url>,
    /// Use this speech synthesis service.
    pub speech_override: Option<Url>,
    /// Site of bare room codes; none means [`crate::link::DEFAULT_SITE`].
    pub default_site: Option<Url>,
    /// Certificates and proxies.
    pub network: Network,
}

/// The services of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Base address of the gateway.
    pub gateway: Url,
    /// How the gateway was found.
    pub source: GatewaySource,
    /// Base address of the text translation.
    pub translation: Option<Url>,
    /// Which translation service it is.
    pub translation_kind: TranslationKind,
    /// Base address of the speech synthesis.
    pub speech: Option<Url>,
    /// Base address of the speech recognition, for diagnostics.
    pub recognition: Option<Url>,
    /// STUN servers as `host:port`, for diagnostics.
    pub stun: Vec<String>,
}

/// How a gateway was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewaySource {
    /// By a setting, a flag or an app link.
    Override,
    /// By the site's `env-config.js`.
    Site,
    /// It is what this site is known to use.
    KnownSite,
    /// The link's own address answers as a gateway.
    SameAddress,
}

impl Endpoints {
    fn new(
        gateway: Url,
        source: GatewaySource,
        config: EnvConfig,
        options: &DiscoveryOptions,
    ) -> Self {
        Self {
            gateway,
            source,
            translation: options.translation_override.clone().or(config.translation),
            translation_kind: config.translation_kind,
            speech: options.speech_override.clone().or(config.speech),
            recognition: config.recognition,
            stun: config.stun,
        }
    }
}

/// What follows for a link from what its site was seen to say: its configuration with the base
/// address it was found at, or none. Asks nothing; for diagnostics that have asked already.
///
/// # Errors
/// A secure site names a gateway without encryption.
pub fn conclude(
    link: &RoomLink,
    options: &DiscoveryOptions,
    found: Option<(EnvConfig, Url)>,
) -> Result<Endpoints, DiscoveryError> {
    let verdict = match Route::of(link, options) {
        Route::Direct(gateway) => Verdict::direct(gateway),
        Route::Site(site) => site.decide(&site.seen(found))?,
    };
    Ok(Endpoints::new(
        verdict.gateway,
        verdict.source,
        verdict.config,
        options,
    ))
}

/// Finds the gateway of a link without keeping a connection to it. An address that no site
/// vouches for is tried once. Calls use [`dial`], which is faster.
///
/// # Errors
/// Within [`DISCOVERY_LIMIT`], a sentence that says what and what to do.
pub async fn discover(
    link: &RoomLink,
    options: &DiscoveryOptions,
) -> Result<Endpoints, DiscoveryError> {
    let route = Route::of(link, options);
    let host = route.host();
    tokio::time::timeout(DISCOVERY_LIMIT, async {
        let verdict = match &route {
            Route::Direct(gateway) => Verdict::direct(gateway.clone()),
            Route::Site(site) => site.decide(&site.ask(&options.network).await)?,
        };
        if verdict.source == GatewaySource::SameAddress {
            let probe = ConnectOptions {
                network: options.network.clone(),
                reconnect: socketio::ReconnectPolicy::never(),
                ..ConnectOptions::default()
            };
            let (gateway, mut events) = connect(&verdict.gateway, &probe);
            dial::connected(&verdict.gateway, &mut events).await?;
            gateway.disconnect().await;
        }
        Ok(Endpoints::new(
            verdict.gateway,
            verdict.source,
            verdict.config,
            options,
        ))
    })
    .await
    .unwrap_or(Err(DiscoveryError::Timeout { host }))
}
