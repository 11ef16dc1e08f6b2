//! What files may say, and what comes of it.

mod decoding;
mod detecting;
mod encoding;
mod loading;
mod notifying;
mod properties;

use serde_json::Value;
use time::OffsetDateTime;

use super::*;

/// Somebody at a desk.
pub(super) fn ann() -> Identity {
    Identity {
        id: "u1".into(),
        name: "Ann Lee".into(),
        role: "nurse".into(),
    }
}

pub(super) fn at<'a>(record: &'a str, me: &'a Identity, step: Option<&'a StepRef>) -> Context<'a> {
    Context {
        record,
        me,
        step,
        now: OffsetDateTime::from_unix_timestamp(1_763_805_600).unwrap(),
    }
}

pub(super) fn builtin(name: &str) -> Deployment {
    Library::builtin().deployment(name).expect(name)
}

/// Hears an event as somebody at record P1.
pub(super) fn hear(deployment: &Deployment, event: &str, payload: Value) -> Decoded {
    deployment.decode(0, event, &[payload], &at("P1", &ann(), None))
}

/// The only operation of an event.
pub(super) fn only(decoded: Decoded) -> Operation {
    assert_eq!(decoded.dropped, None);
    let [operation] = <[Operation; 1]>::try_from(decoded.operations).expect("one operation");
    operation
}

/// A library with one more file.
pub(super) fn with_file(text: &str) -> (Library, Vec<FileError>) {
    let mut library = Library::builtin();
    let errors = library.add(vec![("mine.toml".into(), text.into())]);
    (library, errors)
}
