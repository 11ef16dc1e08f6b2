//! Reads the recorded files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use socketio::packet::{
    EnginePacket, Frame, Handshake, PacketBody, decode, decode_engine, decode_payload,
};

/// One packet, or the request that opened a connection.
pub struct Line {
    /// Which client.
    pub client: String,
    /// Whether the server sent it.
    pub by_server: bool,
    /// What it says.
    pub said: Said,
}

/// What a line says.
pub enum Said {
    /// The handshake's query.
    Open { query: BTreeMap<String, String> },
    /// The server's answer to it.
    Handshake { ping_timeout: Duration },
    /// A Socket.IO packet.
    Packet(PacketBody),
}

/// All files by name, without requests outside Engine.IO and pings.
pub fn transcripts() -> &'static [(String, Vec<Line>)] {
    static READ: LazyLock<Vec<(String, Vec<Line>)>> = LazyLock::new(read_all);
    &READ
}

fn read_all() -> Vec<(String, Vec<Line>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the recorded files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 20);
    files
        .iter()
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(path).expect("a text");
            (name, text.lines().flat_map(read).collect())
        })
        .collect()
}

fn read(line: &str) -> Vec<Line> {
    let line: Value = serde_json::from_str(line).expect("JSON");
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let frame = text("frame");
    let by_server = text("dir") == "<";
    let is_frame = match text("kind") {
        "open" => by_server,
        // Errors of HTTP have no frames.
        "packet" => !frame.is_empty(),
        _ => false,
    };
    let said: Vec<Said> = if text("kind") == "open" && !by_server {
        let query = frame.split_once('?').map_or("", |(_, query)| query);
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        vec![Said::Open {
            query: pairs.collect(),
        }]
    } else if is_frame {
        let frames = if text("tr") == "poll" {
            decode_payload(frame).expect("a payload")
        } else {
            vec![Frame::from(frame.to_owned())]
        };
        frames.iter().filter_map(said).collect()
    } else {
        Vec::new()
    };
    let client = text("conn").to_owned();
    said.into_iter()
        .map(|said| Line {
            client: client.clone(),
            by_server,
            said,
        })
        .collect()
}

fn said(frame: &Frame) -> Option<Said> {
    let Frame::Text(text) = frame else {
        panic!("a binary frame");
    };
    match decode_engine(text).expect("an Engine.IO packet") {
        EnginePacket::Open(json) => Some(Said::Handshake {
            ping_timeout: Handshake::parse(json).expect("a handshake").ping_timeout,
        }),
        EnginePacket::Message(text) => {
            Some(Said::Packet(decode(text).expect("a Socket.IO packet").body))
        }
        _ => None,
    }
}
