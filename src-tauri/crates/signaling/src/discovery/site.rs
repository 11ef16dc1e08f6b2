//! What a site says about its gateway, and what follows from it.

use socketio::{ConnectError, fetch};
use url::{Host, Url};

use super::env_config::EnvConfig;
use super::{DiscoveryError, DiscoveryOptions, GatewaySource};
use crate::gateway::Network;
use crate::link::{RoomLink, is_local};
use crate::policy::{ENV_CONFIG_LIMIT, ENV_CONFIG_MAX_BYTES, MAX_REDIRECTS};

/// File at a site's base that names its services.
const ENV_CONFIG: &str = "env-config.js";

/// Hosts of the production site, and the gateway to use when they do not say.
const KNOWN_HOSTS: [&str; 2] = ["jbcalling.site", "www.jbcalling.site"];
const KNOWN_CONFIG: &str = r#"window._env_ = {
    REACT_APP_GATEWAY_URL: "https://webrtc.jbcalling.site",
    REACT_APP_TRANSLATION_SERVICE_URL: "https://translation.jbcalling.site",
    REACT_APP_TTS_SERVICE_URL: "https://tts.jbcalling.site",
    REACT_APP_STT_SERVICE_URL: "https://stt.jbcalling.site",
};"#;

/// Where the search for a gateway begins.
pub(super) enum Route {
    /// The gateway is given.
    Direct(Url),
    /// A site has to be asked.
    Site(Site),
}

impl Route {
    pub(super) fn of(link: &RoomLink, options: &DiscoveryOptions) -> Self {
        if let Some(gateway) = options.gateway_override.as_ref().or(link.gateway.as_ref()) {
            return Self::Direct(gateway.clone());
        }
        let site = link.site.as_ref().or(options.default_site.as_ref());
        Self::Site(Site(
            site.cloned().unwrap_or_else(|| link.site_or_default()),
        ))
    }

    pub(super) fn host(&self) -> String {
        match self {
            Self::Direct(url) | Self::Site(Site(url)) => host(url),
        }
    }
}

/// A site's base address, with a slash at its end.
pub(super) struct Site(Url);

/// What came of asking a site.
pub(super) enum Answer {
    /// A configuration, and the base it was found at (after redirects).
    Config(Box<EnvConfig>, Url),
    /// Something answers at this base, but has no configuration: a gateway alone, or any
    /// other web server.
    NoConfig(Url),
    /// Nothing answers.
    Failed(ConnectError),
}

/// The gateway to use.
pub(super) struct Verdict {
    pub(super) gateway: Url,
    pub(super) source: GatewaySource,
    pub(super) config: EnvConfig,
}

impl Verdict {
    pub(super) fn direct(gateway: Url) -> Self {
        Self {
            gateway,
            source: GatewaySource::Override,
            config: EnvConfig::default(),
        }
    }
}

impl Site {
    /// The gateway that is so likely that its socket may be opened before the site answered:
    /// the known one of a known site, or the site's own address where that is an address of
    /// a single server (this network, an IP address, a port of its own).
    pub(super) fn guess(&self) -> Option<Verdict> {
        let single = is_local(&self.0)
            || self.0.port().is_some()
            || !matches!(self.0.host(), Some(Host::Domain(_)));
        self.known()
            .or_else(|| single.then(|| own_address(&self.0)))
    }

    /// What is known of a known site.
    fn known(&self) -> Option<Verdict> {
        let host = self.0.host_str()?;
        let known = KNOWN_HOSTS
            .iter()
            .any(|known| host.trim_end_matches('.').eq_ignore_ascii_case(known));
        let config = known.then(|| EnvConfig::parse(KNOWN_CONFIG, &self.0))?;
        Some(Verdict {
            gateway: config.gateway.clone()?,
            source: GatewaySource::KnownSite,
            config,
        })
    }

    /// Fetches the site's configuration.
    pub(super) async fn ask(&self, network: &Network) -> Answer {
        tokio::time::timeout(ENV_CONFIG_LIMIT, self.fetch(network))
            .await
            .unwrap_or(Answer::Failed(ConnectError::Timeout {
                after: ENV_CONFIG_LIMIT,
            }))
    }

    /// What somebody else found when asking.
    pub(super) fn seen(&self, found: Option<(EnvConfig, Url)>) -> Answer {
        match found {
            Some((config, base)) if !config.is_empty() => Answer::Config(Box::new(config), base),
            _ => Answer::NoConfig(self.0.clone()),
        }
    }

    async fn fetch(&self, network: &Network) -> Answer {
        let mut url = match self.0.join(ENV_CONFIG) {
            Ok(url) => url,
            Err(_) => return Answer::NoConfig(self.0.clone()),
        };
        for _ in 0..=MAX_REDIRECTS {
            let page = match fetch(
                &url,
                network.extra_ca.clone(),
                network.proxy.clone(),
                ENV_CONFIG_MAX_BYTES,
            )
            .await
            {
                Ok(page) => page,
                // Something answers, if only too much of it.
                Err(ConnectError::Protocol { .. }) => return Answer::NoConfig(self.base_of(&url)),
                Err(error) => return Answer::Failed(error),
            };
            if let Some(next) = page
                .location
                .as_deref()
                .filter(|_| page.status.is_redirection())
                .and_then(|location| url.join(location).ok())
            {
                let downgrade = url.scheme() == "https" && next.scheme() != "https";
                if downgrade || !matches!(next.scheme(), "http" | "https") {
                    return Answer::NoConfig(self.base_of(&url));
                }
                url = next;
                continue;
            }
            let base = self.base_of(&url);
            if page.status.is_success() {
                let config = EnvConfig::parse(&String::from_utf8_lossy(&page.body), &base);
                if !config.is_empty() {
                    return Answer::Config(Box::new(config), base);
                }
            }
            return Answer::NoConfig(base);
        }
        Answer::NoConfig(self.0.clone())
    }

    /// The base of a configuration's address. A redirect moves the site only when it leads to
    /// the same file elsewhere (to https, to another host); a sign-in page of the network does
    /// not.
    fn base_of(&self, url: &Url) -> Url {
        match url.path().strip_suffix(ENV_CONFIG) {
            Some(path) => {
                let mut base = url.clone();
                base.set_path(path);
                base.set_query(None);
                base.set_fragment(None);
                base
            }
            None => self.0.clone(),
        }
    }

    /// Which gateway to use after this answer.
    pub(super) fn decide(&self, answer: &Answer) -> Result<Verdict, DiscoveryError> {
        match answer {
            Answer::Config(config, base) => {
                let Some(gateway) = config.gateway.clone() else {
                    // An empty value means "not set".
                    let mut verdict = self.known().unwrap_or_else(|| own_address(base));
                    verdict.config = EnvConfig::clone(config);
                    return Ok(verdict);
                };
                let downgrade = base.scheme() == "https" && gateway.scheme() == "http";
                if downgrade && !is_local(&gateway) {
                    return Err(DiscoveryError::Insecure {
                        host: host(&gateway),
                    });
                }
                Ok(Verdict {
                    gateway,
                    source: GatewaySource::Site,
                    config: EnvConfig::clone(config),
                })
            }
            Answer::NoConfig(base) => Ok(self.known().unwrap_or_else(|| own_address(base))),
            Answer::Failed(error) => self
                .known()
                .ok_or_else(|| DiscoveryError::of_connect(&host(&self.0), error)),
        }
    }
}

fn own_address(base: &Url) -> Verdict {
    Verdict {
        gateway: base.clone(),
        source: GatewaySource::SameAddress,
        config: EnvConfig::default(),
    }
}

/// Host and port for sentences.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> Site {
        Site(Url::parse(url).expect("an address"))
    }

    fn config(gateway: &str) -> Answer {
        let base = Url::parse("https://a.example/").expect("an address");
        let text = format!("REACT_APP_GATEWAY_URL: \"{gateway}\"");
        Answer::Config(Box::new(EnvConfig::parse(&text, &base)), base)
    }

    fn failed() -> Answer {
        Answer::Failed(ConnectError::Resolve {
            message: "no such name".into(),
        })
    }

    #[test]
    fn a_gateway_is_guessed_only_where_it_is_likely() {
        let guess = |url: &str| site(url).guess().map(|guess| guess.gateway.to_string());
        let own = |url: &str| Some(url.to_owned());
        assert_eq!(
            guess("http://127.0.0.1:3000/"),
            own("http://127.0.0.1:3000/")
        );
        assert_eq!(guess("http://laptop.local/"), own("http://laptop.local/"));
        assert_eq!(guess("https://9.9.9.9/"), own("https://9.9.9.9/"));
        assert_eq!(
            guess("https://a.example:8443/"),
            own("https://a.example:8443/")
        );
        assert_eq!(guess("https://a.example/"), None);
        assert_eq!(
            guess("https://www.jbcalling.site/"),
            own("https://webrtc.jbcalling.site/")
        );
    }

    #[test]
    fn the_known_site_has_its_gateway_whatever_happens() {
        let known = site("https://jbcalling.site/");
        for answer in [failed(), Answer::NoConfig(known.0.clone()), config("")] {
            let verdict = known.decide(&answer).expect("a gateway");
            assert_eq!(verdict.gateway.as_str(), "https://webrtc.jbcalling.site/");
            assert_eq!(verdict.source, GatewaySource::KnownSite);
        }
        let moved = known
            .decide(&config("https://new.example"))
            .expect("a gateway");
        assert_eq!(moved.gateway.as_str(), "https://new.example/");
    }

    #[test]
    fn an_unknown_site_has_its_own_address_or_an_error() {
        let unknown = site("https://a.example/");
        let verdict = unknown.decide(&config("")).expect("a gateway");
        assert_eq!(verdict.gateway.as_str(), "https://a.example/");
        let error = unknown.decide(&failed()).err().expect("no gateway");
        assert_eq!(error.code(), "gateway.unknown-host");
    }

    #[test]
    fn encryption_is_not_given_up() {
        let secure = site("https://a.example/");
        let error = secure
            .decide(&config("http://g.example"))
            .err()
            .expect("refused");
        assert_eq!(error.code(), "gateway.insecure");
        assert!(secure.decide(&config("http://127.0.0.1:3000")).is_ok());
    }
}
