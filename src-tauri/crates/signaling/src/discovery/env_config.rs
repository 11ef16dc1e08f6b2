//! `env-config.js`: JavaScript made by a shell script, read without running it.

use url::Url;

/// Which translation service a deployment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TranslationKind {
    /// To be found out by asking.
    #[default]
    Auto,
    /// The current one.
    VinAi,
    /// The older one.
    Nllb,
}

/// What a site says about its services. The file also publishes the TURN server's secret to
/// everybody; nothing here can hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvConfig {
    /// Base address of the gateway.
    pub gateway: Option<Url>,
    /// Base address of the text translation.
    pub translation: Option<Url>,
    /// Which translation service it is.
    pub translation_kind: TranslationKind,
    /// Base address of the speech synthesis.
    pub speech: Option<Url>,
    /// Base address of the speech recognition.
    pub recognition: Option<Url>,
    /// STUN servers as `host:port`.
    pub stun: Vec<String>,
    found: bool,
}

impl EnvConfig {
    /// Reads `KEY: "value"` pairs of the known keys wherever they are in `text`; the last one
    /// of a key counts, an empty value means "not set". Relative addresses are relative to
    /// `site`. Never fails: text without a known key gives an empty configuration.
    pub fn parse(text: &str, site: &Url) -> Self {
        let value = |key: &str| value_of(text, key);
        let url = |value: Option<&str>| value.and_then(|value| service_url(value, site));
        let gateway = value("REACT_APP_GATEWAY_URL");
        let translation = value("REACT_APP_TRANSLATION_SERVICE_URL");
        let kind = value("REACT_APP_TRANSLATION_SERVICE_TYPE");
        let speech = value("REACT_APP_TTS_SERVICE_URL");
        let recognition = value("REACT_APP_STT_SERVICE_URL");
        let stun = value("REACT_APP_STUN_SERVERS");
        let found = [gateway, translation, kind, speech, recognition, stun]
            .iter()
            .any(Option::is_some);
        Self {
            gateway: url(gateway),
            translation: url(translation),
            translation_kind: kind.map(translation_kind).unwrap_or_default(),
            speech: url(speech),
            recognition: url(recognition),
            stun: stun.map(stun_servers).unwrap_or_default(),
            found,
        }
    }

    /// Whether the text had none of the known keys, as a web page in place of the file has.
    pub fn is_empty(&self) -> bool {
        !self.found
    }
}

fn translation_kind(value: &str) -> TranslationKind {
    match value.trim().to_ascii_lowercase().as_str() {
        "vinai" => TranslationKind::VinAi,
        "nllb" => TranslationKind::Nllb,
        _ => TranslationKind::Auto,
    }
}

/// The last quoted value of a key. The key may be quoted too.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut value = None;
    for (at, _) in text.match_indices(key) {
        let before = text.get(..at).unwrap_or_default();
        if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            continue;
        }
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with("//") {
            continue;
        }
        let after = text.get(at + key.len()..).unwrap_or_default();
        if let Some(found) = quoted_after_colon(after) {
            value = Some(found);
        }
    }
    value
}

fn quoted_after_colon(after: &str) -> Option<&str> {
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    let after = after.trim_start().strip_prefix([':', '='])?.trim_start();
    let quote = after
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let (value, _) = after.get(1..)?.split_once(quote)?;
    // A value ends on its line; otherwise a quote is missing and this is the next key.
    (!value.contains('\n')).then_some(value)
}

/// An http(s) address, also written as `wss://…`, as a bare host or relative to the site.
fn service_url(value: &str, site: &Url) -> Option<Url> {
    let value = value.trim().replace("\\/", "/");
    if value.is_empty() || value.contains(['$', '{', '<']) || value.contains(char::is_whitespace) {
        return None;
    }
    if value.starts_with('/') {
        return base(site.join(&value).ok()?);
    }
    let absolute = match value.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        Some(_) => value,
        // A single word such as "undefined" is what a failed template leaves.
        None if !value.contains(['.', ':']) => return None,
        None => format!("https://{value}"),
    };
    base(Url::parse(&absolute).ok()?)
}

fn base(mut url: Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https")
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

fn stun_servers(value: &str) -> Vec<String> {
    value
        .split(',')
        .filter_map(|server| {
            let server = server.trim();
            let server = server.strip_prefix("stun:").unwrap_or(server);
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
            let (host, port) = server.rsplit_once(':').unwrap_or((server, "3478"));
            let valid = server.bytes().all(plain) && host.contains('.') && host.len() <= 253;
            let port: u16 = port.parse().ok()?;
            valid.then(|| format!("{host}:{port}"))
        })
        .take(8)
        .collect()
}
