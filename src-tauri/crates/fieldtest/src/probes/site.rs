//! Asks a site for its start page and for `env-config.js`.

use std::time::Duration;

use signaling::discovery::{EnvConfig, GatewaySource, conclude, published_secrets};
use signaling::{DiscoveryError, DiscoveryOptions, Endpoints, RoomLink};
use url::{Host, Url};

use super::connect::{Endpoint, Network};
use super::http::{exchange, request};
use super::privacy::shorten;
use crate::facts::{EnvConfigFacts, Exchange, SiteFacts};

/// Longest wait for one page.
pub const PAGE_LIMIT: Duration = Duration::from_secs(5);

/// Most redirects followed.
const MAX_REDIRECTS: usize = 5;

/// File at a site's base that names its services.
const ENV_CONFIG: &str = "env-config.js";

/// What became of asking a site: the facts, and the services of the deployment as a call would find
/// them.
#[derive(Debug)]
pub struct SiteProbe {
    /// What was seen.
    pub facts: SiteFacts,
    /// The services; none if the site names a gateway that is not used.
    pub endpoints: Option<Endpoints>,
}

/// Asks the site of a link, one page after the other.
pub async fn ask(network: &Network, link: &RoomLink, options: &DiscoveryOptions) -> SiteProbe {
    let asked = RoomLink::site_or_default(&match &options.default_site {
        Some(site) => link.clone().with_default_site(site),
        None => link.clone(),
    });
    let mut facts = SiteFacts {
        url: asked.to_string(),
        ..SiteFacts::default()
    };
    facts.start_page = fetch(network, asked.clone(), |url| same_site(&asked, url)).await;
    let mut found = None;
    if let Ok(file) = asked.join(ENV_CONFIG) {
        // The file may have moved together with the site; a portal leads somewhere else.
        let follow = |url: &Url| same_site(&asked, url) || url.path().ends_with(ENV_CONFIG);
        facts.env_config_file = fetch(network, file.clone(), follow).await;
        found = configuration(&file, &facts.env_config_file);
    }
    facts.foreign_host = [&facts.start_page, &facts.env_config_file]
        .into_iter()
        .find_map(|hops| foreign_host(&asked, hops));
    for hops in [&mut facts.start_page, &mut facts.env_config_file] {
        if let Some(last) = hops.last() {
            for key in published_secrets(last.body()) {
                if !facts.published_secrets.contains(&key) {
                    facts.published_secrets.push(key);
                }
            }
        }
        hops.iter_mut().for_each(shorten);
    }
    facts.env_config = found.as_ref().map(|(config, _)| describe(config));
    let gateway = facts.env_config.as_ref().and_then(|c| c.gateway.clone());
    let endpoints = match conclude(link, options, found) {
        Ok(endpoints) => Some(endpoints),
        Err(DiscoveryError::Insecure { .. }) => {
            facts.insecure_gateway = gateway;
            None
        }
        Err(_) => None,
    };
    let source = endpoints.as_ref().map(|endpoints| endpoints.source);
    facts.own_gateway = source == Some(GatewaySource::SameAddress);
    SiteProbe { facts, endpoints }
}

/// Follows redirects as long as `follow` allows, never from https to http.
async fn fetch(network: &Network, mut url: Url, follow: impl Fn(&Url) -> bool) -> Vec<Exchange> {
    let mut hops = Vec::new();
    for _ in 0..=MAX_REDIRECTS {
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let asked = request("GET", target, &[("Accept", "*/*")]);
        let endpoint = Endpoint::new(url.clone());
        hops.push(exchange(network, &endpoint, asked, PAGE_LIMIT).await);
        match hops.last().and_then(|hop| redirect(&url, hop)) {
            Some(next)
                if follow(&next) && !(url.scheme() == "https" && next.scheme() == "http") =>
            {
                url = next;
            }
            _ => break,
        }
    }
    hops
}

fn redirect(from: &Url, hop: &Exchange) -> Option<Url> {
    if !(300..400).contains(&hop.status()) {
        return None;
    }
    let next = from.join(hop.header("location")?).ok()?;
    matches!(next.scheme(), "http" | "https").then_some(next)
}

fn configuration(file: &Url, hops: &[Exchange]) -> Option<(EnvConfig, Url)> {
    let last = hops.last().filter(|last| last.status() == 200)?;
    // The addresses of the hops follow from their redirects.
    let mut url = file.clone();
    for hop in hops {
        url = redirect(&url, hop).unwrap_or(url);
    }
    let base = url.join(".").ok()?;
    let config = EnvConfig::parse(last.body(), &base);
    (!config.is_empty()).then_some((config, base))
}

/// The host of a redirect that leads to another site.
fn foreign_host(site: &Url, hops: &[Exchange]) -> Option<String> {
    let next = redirect(site, hops.last()?)?;
    (!same_site(site, &next)).then(|| next.host_str().unwrap_or_default().to_owned())
}

/// Whether two addresses belong together: the same host, or names under one domain.
fn same_site(one: &Url, other: &Url) -> bool {
    match (one.host(), other.host()) {
        (Some(Host::Domain(one)), Some(Host::Domain(other))) => domain(one) == domain(other),
        (one, other) => one == other,
    }
}

/// The part of a name that somebody registers: `calls.example` of `www.calls.example`, and
/// `calls.com.vn` of `www.calls.com.vn`.
fn domain(name: &str) -> Vec<String> {
    const SHARED: [&str; 7] = ["com", "co", "net", "org", "edu", "gov", "ac"];
    let mut labels: Vec<String> = name
        .trim_end_matches('.')
        .rsplit('.')
        .map(str::to_ascii_lowercase)
        .collect();
    let shared = match labels.as_slice() {
        [country, kind, ..] => country.len() == 2 && SHARED.contains(&kind.as_str()),
        _ => false,
    };
    labels.truncate(if shared { 3 } else { 2 });
    labels
}

fn describe(config: &EnvConfig) -> EnvConfigFacts {
    let text = |url: &Option<Url>| url.as_ref().map(Url::to_string);
    EnvConfigFacts {
        gateway: text(&config.gateway),
        translation: text(&config.translation),
        synthesis: text(&config.speech),
        recognition: text(&config.recognition),
        stun: config.stun.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_belong_together_by_their_domain() {
        for (one, other, together) in [
            ("https://calls.example", "https://www.calls.example", true),
            ("https://calls.example", "http://calls.example:81", true),
            ("https://calls.example", "https://portal.example", false),
            ("https://calls.com.vn", "https://portal.com.vn", false),
            ("https://www.calls.com.vn", "https://calls.com.vn", true),
            ("http://10.0.0.1", "http://10.0.0.2", false),
            ("http://10.0.0.1", "http://portal.example", false),
        ] {
            let url = |text| Url::parse(text).expect("an address");
            assert_eq!(same_site(&url(one), &url(other)), together, "{one} {other}");
        }
    }
}
