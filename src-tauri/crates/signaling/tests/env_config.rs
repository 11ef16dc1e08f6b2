//! `env-config.js`, well and badly made. The TURN secret never gets anywhere.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use signaling::discovery::{EnvConfig, TranslationKind};
use url::Url;

const PRODUCTION: &str = r#"window._env_ = {
  REACT_APP_GATEWAY_URL: "https://webrtc.jbcalling.site",
  REACT_APP_SIGNALING_URL: "https://api.jbcalling.site",
  REACT_APP_TRANSLATION_SERVICE_URL: "https://translation.jbcalling.site",
  REACT_APP_TRANSLATION_SERVICE_TYPE: "auto",
  REACT_APP_TTS_SERVICE_URL: "https://tts.jbcalling.site",
  REACT_APP_STT_SERVICE_URL: "https://stt.jbcalling.site",
  REACT_APP_STUN_SERVERS: "stun:stun.a.example:19302, stun:stun.b.example:3478",
  REACT_APP_TURN_SERVER: "turn:media.jbcalling.site:3478",
  REACT_APP_TURN_USERNAME: "jb",
  REACT_APP_TURN_SECRET: "s3cr3tOfTheServer",
};
"#;

fn parse(text: &str) -> EnvConfig {
    EnvConfig::parse(text, &Url::parse("https://a.example/calls/").unwrap())
}

fn gateway(text: &str) -> Option<String> {
    parse(text).gateway.map(String::from)
}

#[test]
fn the_production_file() {
    let config = parse(PRODUCTION);
    assert!(!config.is_empty());
    let text = |url: &Option<Url>| url.as_ref().map(|url| url.as_str().to_owned());
    assert_eq!(
        text(&config.gateway).unwrap(),
        "https://webrtc.jbcalling.site/"
    );
    assert_eq!(
        text(&config.translation).unwrap(),
        "https://translation.jbcalling.site/"
    );
    assert_eq!(text(&config.speech).unwrap(), "https://tts.jbcalling.site/");
    assert_eq!(
        text(&config.recognition).unwrap(),
        "https://stt.jbcalling.site/"
    );
    assert_eq!(config.translation_kind, TranslationKind::Auto);
    assert_eq!(config.stun, ["stun.a.example:19302", "stun.b.example:3478"]);
    assert!(!format!("{config:?}").contains("s3cr3t"));
}

#[test]
fn all_ways_of_writing_it() {
    let key = "REACT_APP_GATEWAY_URL";
    for text in [
        r#"{KEY:"https://g.example"}"#,
        r#"window._env_={"KEY" : 'https://g.example',}"#,
        r#"KEY = `https://g.example`;"#,
        r#"KEY: "wss://g.example""#,
        r#"KEY: "https:\/\/g.example""#,
        r#"KEY: " https://g.example/ ""#,
        r#"KEY: "g.example""#,
        r#"KEY: "https://old.example", KEY: "https://g.example?x=1#y""#,
        "// KEY: \"https://no.example\"\nKEY: \"https://g.example\"",
        r#"XKEY: "https://no.example", KEY: "https://g.example", KEY_2: "https://no.example""#,
        "\u{FEFF}window._env_ = {\r\n\tKEY:\r\n\"https://g.example\"\r\n}",
    ] {
        let text = text.replace("KEY", key);
        assert_eq!(
            gateway(&text).as_deref(),
            Some("https://g.example/"),
            "{text}"
        );
    }
    let own = |value: &str| gateway(&format!("{key}: \"{value}\""));
    assert_eq!(own("/").as_deref(), Some("https://a.example/"));
    assert_eq!(own("/gw").as_deref(), Some("https://a.example/gw"));
    assert_eq!(
        own("http://127.0.0.1:3000").as_deref(),
        Some("http://127.0.0.1:3000/")
    );
}

#[test]
fn values_that_mean_nothing() {
    for value in [
        "",
        " ",
        "undefined",
        "null",
        "${GATEWAY_URL}",
        "{{ gateway }}",
        "<%= url %>",
        "ftp://g.example",
        "javascript:alert(1)",
        "https://user:pass@g.example",
        "https://",
        "a b.example",
    ] {
        let text = format!("REACT_APP_GATEWAY_URL: \"{value}\"");
        assert_eq!(gateway(&text), None, "{value}");
        assert!(!parse(&text).is_empty(), "the key is there: {value}");
    }
    for text in [
        "",
        "<!doctype html><html></html>",
        "404 page not found",
        r#"{"error":"Not Found"}"#,
    ] {
        assert!(parse(text).is_empty(), "{text}");
    }
}

/// The production file, bitten into: no panic, no secret, and only addresses come out.
#[test]
fn mutated_files_never_panic_nor_leak() {
    let pieces = [
        "\"",
        "'",
        "\n",
        ":",
        "\\",
        "//",
        "REACT_APP_GATEWAY_URL",
        "stun:",
        ",",
        "\u{0}",
        "é",
        "{",
        "`",
    ];
    let mut rng = StdRng::seed_from_u64(0xe5_c0);
    let mut found = 0;
    for _ in 0..20_000 {
        let mut text: Vec<char> = PRODUCTION.chars().collect();
        for _ in 0..rng.random_range(1..12) {
            let at = rng.random_range(0..text.len());
            match rng.random_range(0..4) {
                0 => {
                    let end = text.len().min(at + rng.random_range(1..40));
                    text.drain(at..end);
                }
                1 => text[at] = char::from(rng.random_range(0..=255u8)),
                2 => {
                    let piece = pieces[rng.random_range(0..pieces.len())];
                    text.splice(at..at, piece.chars());
                }
                _ => {
                    let to = rng.random_range(0..text.len());
                    text.swap(at, to);
                }
            }
        }
        let text: String = text.into_iter().collect();
        let config = parse(&text);
        found += usize::from(config.gateway.is_some());
        assert!(
            !format!("{config:?}").contains("s3cr3tOfTheServer"),
            "{text}"
        );
    }
    assert!(found > 5_000, "{found}");
}
