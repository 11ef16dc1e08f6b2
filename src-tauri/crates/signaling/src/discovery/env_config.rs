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

/// Parts of the names of keys whose values are for servers only.
const SECRET_WORDS: [&str; 8] = [
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "CREDENTIAL",
    "PRIVATE_KEY",
    "API_KEY",
    "APIKEY",
];

/// Ends of the names of keys that are about a secret and hold none.
const ABOUT_SECRETS: [&str; 6] = ["_URL", "_ENDPOINT", "_TTL", "_EXPIRY", "_TYPE", "_NAME"];

/// Names of keys whose values a site publishes to everybody although, by their names, they are for
/// servers only, such as `REACT_APP_TURN_SECRET`. Never their values.
pub fn published_secrets(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for secret in secrets(text) {
        let value = text.get(secret.value).unwrap_or_default();
        let plain = value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "undefined");
        let said = secret.quoted && !value.trim().is_empty() && !plain && !value.contains("${");
        if said && !keys.iter().any(|known| known == secret.key) {
            keys.push(secret.key.to_owned());
        }
    }
    keys
}

/// The text with what follows the names of secrets replaced by `…`, also where the text is cut off.
pub fn without_secrets(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for secret in secrets(text) {
        if secret.value.is_empty() || secret.value.start < at {
            continue;
        }
        clean.push_str(text.get(at..secret.value.start).unwrap_or_default());
        clean.push('…');
        at = secret.value.end;
    }
    clean.push_str(text.get(at..).unwrap_or_default());
    clean
}

/// A key that is named like a secret, and where its value is.
struct Secret<'a> {
    key: &'a str,
    value: std::ops::Range<usize>,
    quoted: bool,
}

fn secrets(text: &str) -> Vec<Secret<'_>> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let from = rest.get(start..).unwrap_or_default();
        let (key, after) = from.split_at(from.find(|c| !word(c)).unwrap_or(from.len()));
        rest = after;
        if !is_secret(key) {
            continue;
        }
        if let Some((value, quoted)) = value_after_colon(after) {
            let start = text.len() - value.len();
            let end = if quoted.is_some() {
                value.find(|c| Some(c) == quoted || c == '\n')
            } else {
                value.find(|c: char| matches!(c, ',' | ';' | '}' | '<') || c.is_whitespace())
            };
            let end = start + end.unwrap_or(value.len());
            let quoted = quoted.is_some();
            let value = start..end;
            rest = text.get(end..).unwrap_or_default();
            found.push(Secret { key, value, quoted });
        }
    }
    found
}

/// What follows `:` or `=` after a key, without its opening quote, which comes with it.
fn value_after_colon(after: &str) -> Option<(&str, Option<char>)> {
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    let after = after.trim_start().strip_prefix([':', '='])?.trim_start();
    let quote = after
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'));
    Some((after.get(usize::from(quote.is_some())..)?, quote))
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    SECRET_WORDS.iter().any(|word| key.contains(word))
        && !key.contains("PUBLIC")
        && !ABOUT_SECRETS.iter().any(|end| key.ends_with(end))
}

fn quoted_after_colon(after: &str) -> Option<&str> {
    let (value, quote) = value_after_colon(after)?;
    let (value, _) = value.split_once(quote?)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_named_and_never_shown() {
        let text = r#"window._env_ = {
            REACT_APP_GATEWAY_URL: "https://g.example",
            REACT_APP_TURN_USERNAME: "turn",
            REACT_APP_TURN_SECRET: "hunter2hunter2",
            "apiToken": 'abc-def',
            REACT_APP_TOKEN_URL: "https://t.example",
            REACT_APP_TOKEN_TTL: "3600",
            REACT_APP_PASSWORD_LENGTH: "8",
            REACT_APP_EMPTY_SECRET: "",
            REACT_APP_TURN_SECRET: "again"
        };"#;
        assert_eq!(
            published_secrets(text),
            ["REACT_APP_TURN_SECRET", "apiToken"]
        );
        let clean = without_secrets(text);
        for value in ["hunter2", "abc-def", "again"] {
            assert!(!clean.contains(value), "{clean}");
        }
        assert!(clean.contains("https://g.example"));
        assert!(clean.contains("REACT_APP_TURN_SECRET: \"…\""));
        let cut = without_secrets("A_SECRET: \"hunt");
        assert_eq!(cut, "A_SECRET: \"…");
    }

    #[test]
    fn anything_is_searched_for_secrets() {
        for text in [
            "",
            "SECRET",
            "SECRET:",
            "SECRET: \"",
            "ÿSECRET\u{1F600}:\"x\"",
            "<html>token=\"a\"",
        ] {
            let _ = published_secrets(text);
            let _ = without_secrets(text);
        }
    }
}
