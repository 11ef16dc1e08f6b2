//! Recorded frames of the real gateway, and how to compare with them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

/// A frame of a client.
pub struct Sent {
    pub event: String,
    pub data: Option<Value>,
}

/// One recorded scenario.
pub struct Recorded {
    pub sent: Vec<Sent>,
    /// Arguments of acknowledgements and data of events, in order.
    pub received: Vec<Value>,
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn recorded(name: &str) -> Recorded {
    let mut recorded = Recorded {
        sent: Vec::new(),
        received: Vec::new(),
    };
    for line in text(&format!("{name}.jsonl")).lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let frame = line["frame"].as_str().expect("a frame");
        let Some(start) = frame.find('[') else {
            continue;
        };
        let mut args: Vec<Value> = serde_json::from_str(&frame[start..]).expect("arguments");
        if line["dir"] == ">" {
            let event = args.remove(0).as_str().expect("a name").to_owned();
            let data = args.pop();
            recorded.sent.push(Sent { event, data });
        } else if frame.starts_with("43") {
            recorded.received.push(Value::Array(args));
        } else {
            recorded.received.push(args.remove(1));
        }
    }
    recorded
}

/// What a value is made of: names of fields and types. Of a list, the kinds of its elements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Plain(&'static str),
    List(BTreeSet<Shape>),
    Object(Vec<(String, Shape)>),
}

pub fn shape(value: &Value) -> Shape {
    match value {
        Value::Null => Shape::Plain("null"),
        Value::Bool(_) => Shape::Plain("truth"),
        Value::Number(_) => Shape::Plain("number"),
        Value::String(_) => Shape::Plain("text"),
        Value::Array(elements) => Shape::List(elements.iter().map(shape).collect()),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.clone(), shape(value)))
                .collect();
            fields.sort();
            Shape::Object(fields)
        }
    }
}

/// Whether `ours` looks like `theirs`: the same fields, and in lists only elements of kinds that
/// theirs has too (they offer TCP candidates and more fingerprints).
fn fits(ours: &Shape, theirs: &Shape) -> bool {
    match (ours, theirs) {
        (Shape::List(ours), Shape::List(theirs)) => {
            ours.is_empty() == theirs.is_empty()
                && ours
                    .iter()
                    .all(|ours| theirs.iter().any(|theirs| fits(ours, theirs)))
        }
        (Shape::Object(ours), Shape::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((name, ours), (other, theirs))| name == other && fits(ours, theirs))
        }
        _ => ours == theirs,
    }
}

#[track_caller]
pub fn assert_fits(ours: &Value, theirs: &Value) {
    assert!(
        fits(&shape(ours), &shape(theirs)),
        "ours:   {ours:#}\ntheirs: {theirs:#}"
    );
}
