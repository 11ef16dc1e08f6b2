//! From a link to a gateway: sites, gateways without a site, and everything that is neither.

mod stand_in;

use std::time::{Duration, Instant};

use signaling::discovery::GatewaySource;
use signaling::gateway::Proxy;
use signaling::policy::{DIAL_LIMIT, ENV_CONFIG_LIMIT};
use signaling::{
    ConnectOptions, Dialed, DiscoveryError, DiscoveryOptions, GatewayEvent, Network, RoomLink,
    dial, discover,
};
use stand_in::{Page, Script, StandIn};
use url::Url;

fn direct() -> Network {
    Network {
        proxy: Proxy::None,
        ..Network::default()
    }
}

fn discovery() -> DiscoveryOptions {
    DiscoveryOptions {
        network: direct(),
        ..DiscoveryOptions::default()
    }
}

fn options() -> ConnectOptions {
    ConnectOptions {
        network: direct(),
        ..ConnectOptions::default()
    }
}

fn link(site: &Url) -> RoomLink {
    RoomLink::parse(&format!("{site}room/x")).unwrap()
}

async fn dialed(site: &Url) -> Result<Dialed, DiscoveryError> {
    // Generous, because machines are noisy; the limit itself is below ten seconds.
    let limit = DIAL_LIMIT + Duration::from_secs(10);
    let (link, discovery, options) = (link(site), discovery(), options());
    tokio::time::timeout(limit, dial(&link, &discovery, &options))
        .await
        .expect("an answer within the limit")
}

fn config(gateway: &Url) -> Page {
    Page::script(format!(
        "window._env_ = {{ REACT_APP_GATEWAY_URL: \"{gateway}\", REACT_APP_TTS_SERVICE_URL: \"https://tts.example\" }};"
    ))
}

fn site(env_config: Page) -> Script {
    Script {
        env_config,
        other: Page::html(),
        socket: false,
        ..Script::default()
    }
}

/// An address where nothing listens.
fn nobody() -> Url {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}/").parse().unwrap()
}

#[tokio::test]
async fn a_gateway_without_a_site_is_found_at_its_own_address() {
    for env_config in [
        Page::gateway_404(),
        Page::html(),
        Page::script(""),
        Page::Text("500 Internal Server Error", "text/plain", "oops".into()),
        Page::script("x".repeat(200_000)),
    ] {
        let stand_in = StandIn::start(Script {
            env_config,
            ..Script::default()
        })
        .await;
        let mut dialed = dialed(&stand_in.url).await.expect("a gateway");
        assert_eq!(dialed.endpoints.gateway, stand_in.url);
        assert_eq!(dialed.endpoints.source, GatewaySource::SameAddress);
        let first = dialed.events.next().await;
        assert!(
            matches!(first, Some(GatewayEvent::Connected(_))),
            "{first:?}"
        );
        let second = dialed.events.next().await;
        assert!(matches!(second, Some(GatewayEvent::Event(_))), "{second:?}");
        assert_eq!(stand_in.sockets(), 1);
        let found = discover(&link(&stand_in.url), &discovery()).await.unwrap();
        assert_eq!(found, dialed.endpoints);
        stand_in.assert_clean();
    }
}

#[tokio::test]
async fn the_socket_is_opened_while_the_site_is_asked() {
    // The page comes only once the socket is open: one after the other would never end.
    let stand_in = StandIn::start(Script {
        env_config: Page::AfterSocket(Box::new(Page::gateway_404())),
        ..Script::default()
    })
    .await;
    dialed(&stand_in.url).await.expect("a gateway");
    assert_eq!(stand_in.sockets(), 1);
}

#[tokio::test]
async fn a_silent_page_does_not_hold_up_an_open_socket() {
    let stand_in = StandIn::start(Script {
        env_config: Page::Silence,
        ..Script::default()
    })
    .await;
    let started = Instant::now();
    dialed(&stand_in.url).await.expect("a gateway");
    assert!(started.elapsed() < ENV_CONFIG_LIMIT, "waited for the page");
}

#[tokio::test]
async fn a_site_names_its_gateway() {
    let gateway = StandIn::start(Script::default()).await;
    let site = StandIn::start(site(config(&gateway.url))).await;
    let mut dialed = dialed(&site.url).await.expect("a gateway");
    assert_eq!(dialed.endpoints.gateway, gateway.url);
    assert_eq!(dialed.endpoints.source, GatewaySource::Site);
    assert_eq!(
        dialed.endpoints.speech.as_ref().unwrap().as_str(),
        "https://tts.example/"
    );
    let first = dialed.events.next().await;
    assert!(
        matches!(first, Some(GatewayEvent::Connected(_))),
        "{first:?}"
    );
    assert_eq!(gateway.sockets(), 1);
    assert!(site.fetches().contains(&"/env-config.js".to_owned()));
    let found = discover(&link(&site.url), &discovery()).await.unwrap();
    assert_eq!(found, dialed.endpoints);
}

#[tokio::test]
async fn the_site_counts_even_where_its_address_answers_as_a_gateway() {
    let gateway = StandIn::start(Script::default()).await;
    let both = StandIn::start(Script {
        env_config: config(&gateway.url),
        ..Script::default()
    })
    .await;
    let dialed = dialed(&both.url).await.expect("a gateway");
    assert_eq!(dialed.endpoints.gateway, gateway.url);
    assert_eq!(gateway.sockets(), 1);
}

#[tokio::test]
async fn a_site_below_a_path_is_asked_there() {
    let gateway = StandIn::start(Script::default()).await;
    let site = StandIn::start(site(config(&gateway.url))).await;
    let dialed = dialed(&site.url.join("calls/").unwrap()).await.unwrap();
    assert_eq!(dialed.endpoints.gateway, gateway.url);
    assert!(site.fetches().contains(&"/calls/env-config.js".to_owned()));
}

#[tokio::test]
async fn a_moved_site_is_followed_but_not_for_ever() {
    let gateway = StandIn::start(Script::default()).await;
    let new = StandIn::start(site(config(&gateway.url))).await;
    let moved = Page::Redirect(format!("{}env-config.js", new.url));
    let old = StandIn::start(site(moved)).await;
    assert_eq!(
        dialed(&old.url).await.unwrap().endpoints.gateway,
        gateway.url
    );

    // A moved gateway without a site: its new address is used.
    let alone = StandIn::start(Script::default()).await;
    let moved = Page::Redirect(format!("{}env-config.js", alone.url));
    let old = StandIn::start(site(moved)).await;
    assert_eq!(dialed(&old.url).await.unwrap().endpoints.gateway, alone.url);

    let circle = StandIn::start(site(Page::Redirect("/env-config.js".into()))).await;
    let error = dialed(&circle.url).await.unwrap_err();
    assert_eq!(error.code(), "gateway.none-here");
    assert_eq!(
        circle
            .fetches()
            .iter()
            .filter(|path| path.ends_with(".js"))
            .count(),
        6
    );

    // A network's sign-in page is no site.
    let portal = StandIn::start(site(Page::html())).await;
    let caught = StandIn::start(site(Page::Redirect(format!("{}login", portal.url)))).await;
    let error = dialed(&caught.url).await.unwrap_err();
    assert_eq!(error.code(), "gateway.none-here");
    assert!(error.to_string().contains("sign-in"), "{error}");
}

#[tokio::test]
async fn a_site_without_a_gateway_is_a_clear_error() {
    let site = StandIn::start(site(Page::html())).await;
    let error = dialed(&site.url).await.unwrap_err();
    let host = format!("127.0.0.1:{}", site.url.port().unwrap());
    assert_eq!(error, DiscoveryError::NoGateway { host: host.clone() });
    assert!(error.to_string().contains(&host));
    let error = discover(&link(&site.url), &discovery()).await.unwrap_err();
    assert_eq!(error.code(), "gateway.none-here");
}

#[tokio::test]
async fn a_gateway_that_is_down_is_told_from_none() {
    let gone = nobody();
    let site_up = StandIn::start(site(config(&gone))).await;
    let error = dialed(&site_up.url).await.unwrap_err();
    let host = format!("127.0.0.1:{}", gone.port().unwrap());
    assert_eq!(error, DiscoveryError::Unreachable { host });

    let proxy_page = Page::Text("502 Bad Gateway", "text/html", "<hr>nginx".into());
    let behind_proxy = StandIn::start(Script {
        other: proxy_page,
        ..site(Page::html())
    })
    .await;
    let error = dialed(&behind_proxy.url).await.unwrap_err();
    assert_eq!(error.code(), "gateway.down");
    assert!(error.to_string().contains("502"), "{error}");
}

#[tokio::test]
async fn hosts_that_do_not_exist_or_do_not_answer() {
    assert_eq!(
        dialed(&nobody()).await.unwrap_err().code(),
        "gateway.unreachable"
    );
    let unknown = Url::parse("https://gateway.invalid/").unwrap();
    assert_eq!(
        dialed(&unknown).await.unwrap_err().code(),
        "gateway.unknown-host"
    );
    let silent = Script {
        other: Page::Silence,
        ..site(Page::Silence)
    };
    let silent = StandIn::start(silent).await;
    let error = dialed(&silent.url).await.unwrap_err();
    assert_eq!(error.code(), "gateway.no-answer");
}

#[tokio::test]
async fn settings_and_app_links_come_before_the_site() {
    let gateway = StandIn::start(Script::default()).await;
    let site = StandIn::start(site(config(&nobody()))).await;
    let setting = DiscoveryOptions {
        gateway_override: Some(gateway.url.clone()),
        translation_override: Some("https://t.example".parse().unwrap()),
        ..discovery()
    };
    let dialed = dial(&link(&site.url), &setting, &options()).await.unwrap();
    assert_eq!(dialed.endpoints.source, GatewaySource::Override);
    assert_eq!(
        dialed.endpoints.translation.unwrap().as_str(),
        "https://t.example/"
    );

    let app = format!(
        "jbcall://join?room=x&site={}&gateway={}",
        site.url, gateway.url
    );
    let app = RoomLink::parse(&app).unwrap();
    let dialed = dial(&app, &discovery(), &options()).await.unwrap();
    assert_eq!(dialed.endpoints.gateway, gateway.url);

    // A bare code goes to the site of the settings.
    let own_site = DiscoveryOptions {
        default_site: Some(gateway.url.clone()),
        ..discovery()
    };
    let code = RoomLink::parse("abc").unwrap();
    let dialed = dial(&code, &own_site, &options()).await.unwrap();
    assert_eq!(dialed.endpoints.gateway, gateway.url);
    assert_eq!(site.fetches(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_site() {
    // A site that is only known to the proxy, which answers for it.
    let gateway = StandIn::start(Script::default()).await;
    let proxy = StandIn::start(site(config(&gateway.url))).await;
    let through = DiscoveryOptions {
        network: Network {
            proxy: Proxy::Url(proxy.url.clone()),
            ..Network::default()
        },
        ..DiscoveryOptions::default()
    };
    let link = RoomLink::parse("http://site.invalid/room/x").unwrap();
    let found = discover(&link, &through).await.unwrap();
    assert_eq!(found.gateway, gateway.url);
    assert_eq!(proxy.fetches(), ["http://site.invalid/env-config.js"]);
}

#[tokio::test]
async fn servers_of_older_dialects_are_named() {
    let pings = (25_000, 60_000);
    for greeting in [None, Some(r#"42["connected",{"socket_id":"socket-1"}]"#)] {
        let older = StandIn::start(Script {
            pings,
            greeting,
            ..Script::default()
        })
        .await;
        let error = dialed(&older.url).await.unwrap_err();
        assert_eq!(error.code(), "gateway.unsupported", "{greeting:?}");
    }
    // The pings alone do not make a server old.
    let patient = StandIn::start(Script {
        pings,
        ..Script::default()
    })
    .await;
    let mut dialed = dialed(&patient.url).await.unwrap();
    let first = dialed.events.next().await;
    assert!(
        matches!(first, Some(GatewayEvent::Connected(_))),
        "{first:?}"
    );
    let second = dialed.events.next().await;
    assert!(matches!(second, Some(GatewayEvent::Event(_))), "{second:?}");
}

#[tokio::test]
async fn bad_settings_are_named() {
    let bad = DiscoveryOptions {
        network: Network {
            extra_ca: Some("/nowhere/ca.pem".into()),
            ..direct()
        },
        ..DiscoveryOptions::default()
    };
    let stand_in = StandIn::start(Script::default()).await;
    let secure = stand_in.url.as_str().replace("http:", "https:");
    let link = link(&secure.parse().unwrap());
    let options = ConnectOptions {
        network: bad.network.clone(),
        ..ConnectOptions::default()
    };
    let error = dial(&link, &bad, &options).await.unwrap_err();
    assert_eq!(error.code(), "gateway.settings");
}
