//! What several commands read from the network options.

use call::IceServer;
use call::view::ErrorView;
use url::Url;

use crate::args;

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

/// The relay that was given.
pub fn relays(network: &args::Network) -> Vec<IceServer> {
    let relay = network.turn.as_ref().map(|url| IceServer {
        url: url.clone(),
        username: network.turn_user.clone().unwrap_or_default(),
        credential: network.turn_password.clone().unwrap_or_default(),
    });
    relay.into_iter().collect()
}
