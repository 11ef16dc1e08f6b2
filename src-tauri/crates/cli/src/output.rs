//! Standard output: a closed pipe is no reason to panic.

use std::io::Write;

use serde::Serialize;

/// Writes text as it is. False when nobody reads any more.
pub fn text(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_ok()
}

/// Writes a line.
pub fn line(line: &str) -> bool {
    text(&format!("{line}\n"))
}

/// Writes a line of JSON with one key, such as `{"view":{…}}`.
pub fn json(key: &str, value: &impl Serialize) -> bool {
    let Ok(value) = serde_json::to_value(value) else {
        return true;
    };
    let mut object = serde_json::Map::new();
    object.insert(key.to_owned(), value);
    json_line(&object)
}

/// Writes a value as one line of JSON.
pub fn json_line(value: &impl Serialize) -> bool {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(_) => true,
    }
}
