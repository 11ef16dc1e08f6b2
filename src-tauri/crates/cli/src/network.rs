//! From options of the command line to how a gateway is found and reached.

use call::IceServer;
use call::view::ErrorView;
use signaling::discovery::DiscoveryOptions;
use signaling::{Network, RoomLink};
use url::Url;

use crate::args;

/// Reads a link.
pub fn link(text: &str) -> Result<RoomLink, ErrorView> {
    RoomLink::parse(text).map_err(|error| ErrorView {
        code: error.code().to_owned(),
        message: error.to_string(),
        details: String::new(),
    })
}

/// How the gateway is found.
pub fn discovery(network: &args::Network) -> Result<DiscoveryOptions, ErrorView> {
    let gateway_override = network.gateway.as_deref().map(gateway_url).transpose()?;
    Ok(DiscoveryOptions {
        gateway_override,
        network: Network {
            extra_ca: network.ca.clone(),
            ..Network::default()
        },
        ..DiscoveryOptions::default()
    })
}

/// Relays for media.
pub fn relays(network: &args::Network) -> Vec<IceServer> {
    let relay = network.turn.as_ref().map(|url| IceServer {
        url: url.clone(),
        username: network.turn_user.clone().unwrap_or_default(),
        credential: network.turn_password.clone().unwrap_or_default(),
    });
    relay.into_iter().collect()
}

/// A gateway's address as it is typed, with or without a scheme.
pub fn gateway_url(text: &str) -> Result<Url, ErrorView> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let usable =
        |url: &Url| url.has_host() && matches!(url.scheme(), "http" | "https" | "ws" | "wss");
    Url::parse(&with_scheme)
        .ok()
        .filter(usable)
        .ok_or_else(|| ErrorView {
            code: "link.gateway".to_owned(),
            message: format!(
                "\"{text}\" is no address of a gateway. Write https://host or http://host:port."
            ),
            details: String::new(),
        })
}
