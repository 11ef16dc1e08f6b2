//! The recorded frames, taken apart.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

/// One frame of a recording.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// Engine.IO and Socket.IO housekeeping.
    Other(String),
    /// An event of the client: ack id, name, data.
    Request(Option<u64>, String, Vec<Value>),
    /// An answer of the server: name of the request, its arguments.
    Answer(String, Vec<Value>),
    /// An event of the server.
    Event(String, Vec<Value>),
}

/// All recordings by file name without extension, sorted.
pub fn all() -> Vec<(String, Vec<Recorded>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/frames");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the recordings")
        .filter_map(|entry| {
            let name = entry.expect("readable").file_name();
            Some(name.to_str()?.strip_suffix(".jsonl")?.to_owned())
        })
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), file(&name)))
        .collect()
}

/// One recording.
pub fn file(name: &str) -> Vec<Recorded> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/frames")
        .join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(path).expect("a recording of that name");
    let mut requests = HashMap::new();
    text.lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("a JSON line");
            let frame = line["frame"].as_str().expect("a frame");
            let ours = line["dir"] == ">";
            take_apart(frame, ours, &mut requests)
        })
        .collect()
}

/// The answer to the only (or first) request of that name in a recording.
pub fn answer(file_name: &str, request: &str) -> Vec<Value> {
    file(file_name)
        .into_iter()
        .find_map(|frame| match frame {
            Recorded::Answer(name, args) if name == request => Some(args),
            _ => None,
        })
        .expect("a recorded answer")
}

/// The data of the first request of that name in a recording.
pub fn request(file_name: &str, request: &str) -> Vec<Value> {
    file(file_name)
        .into_iter()
        .find_map(|frame| match frame {
            Recorded::Request(_, name, args) if name == request => Some(args),
            _ => None,
        })
        .expect("a recorded request")
}

fn take_apart(frame: &str, ours: bool, requests: &mut HashMap<u64, String>) -> Recorded {
    let (kind, rest) = match (frame.strip_prefix("42"), frame.strip_prefix("43")) {
        (Some(rest), _) => (2, rest),
        (_, Some(rest)) => (3, rest),
        _ => return Recorded::Other(frame.to_owned()),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let id: Option<u64> = rest[..digits].parse().ok();
    let mut args: Vec<Value> = serde_json::from_str(&rest[digits..]).expect("arguments");
    if kind == 3 {
        let id = id.expect("an answer has an id");
        let name = requests.get(&id).expect("the request before the answer");
        return Recorded::Answer(name.clone(), args);
    }
    let name = args.remove(0).as_str().expect("a name").to_owned();
    if !ours {
        return Recorded::Event(name, args);
    }
    if let Some(id) = id {
        requests.insert(id, name.clone());
    }
    Recorded::Request(id, name, args)
}
