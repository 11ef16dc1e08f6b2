//! The frames that were recorded of real services: every event is known, no field of any payload is
//! lost, and what the recorded clients said is what this program says.

mod detection;
mod hearing;
mod saying;
mod transcript;

use std::sync::LazyLock;

use collab::intent::{IntentKind, StepRef};
use collab::vocabulary::{Context, Deployment, Identity, Library};
use time::OffsetDateTime;

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::builtin);

/// The deployment that a recorded server is, and the link that a client of it had.
fn deployment_of(file: &str, client: &str) -> (Deployment, usize) {
    let name = match file.split('-').next().unwrap_or_default() {
        "deployed" => "deployed",
        "panel" => "screening",
        "service" => "live-editing",
        "kilo" => "insights",
        other => panic!("whose is {other}?"),
    };
    let link = usize::from(client == "RELAY");
    (LIBRARY.deployment(name).expect(name), link)
}

fn context<'a>(record: &'a str, me: &'a Identity, step: Option<&'a StepRef>) -> Context<'a> {
    let now = OffsetDateTime::from_unix_timestamp(1_763_805_600).expect("a time");
    Context {
        record,
        me,
        step,
        now,
    }
}

fn identity(id: &str, name: &str, role: &str) -> Identity {
    Identity {
        id: id.into(),
        name: name.into(),
        role: role.into(),
    }
}

/// The intent that each recorded event of a client says.
const SAYINGS: [(&str, IntentKind); 15] = [
    ("join_patient_room", IntentKind::Join),
    ("join_screening", IntentKind::Join),
    ("join_room", IntentKind::Join),
    ("subscribe", IntentKind::Join),
    ("leave_patient_room", IntentKind::Leave),
    ("leave_screening", IntentKind::Leave),
    ("leave_room", IntentKind::Leave),
    ("user_heartbeat", IntentKind::Heartbeat),
    ("ping", IntentKind::Heartbeat),
    ("step_update", IntentKind::Step),
    ("step_change", IntentKind::Step),
    ("live_typing", IntentKind::Typing),
    ("field_completed", IntentKind::Commit),
    ("field_update", IntentKind::Commit),
    ("cursor_position", IntentKind::Focus),
];
