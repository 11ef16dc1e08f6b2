//! The activity log as JSON lines.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::activity::Activity;
use crate::view::ActivityKind;

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    seq: u64,
    /// By this computer's clock, UTC.
    at: Option<String>,
    who: Option<&'a str>,
    by_self: bool,
    what: ActivityKind,
    about: Option<&'a str>,
    text: Option<&'a str>,
    count: u32,
}

impl Activity {
    /// Oldest first, one JSON object a line. Redacted, it has numbers in the place of people, and
    /// no values and no messages.
    pub(crate) fn export(&self, redacted: bool) -> String {
        let mut people: BTreeMap<&str, String> = BTreeMap::new();
        let mut lines = String::new();
        for entry in self.entries() {
            let view = &entry.view;
            let who = match (redacted, &entry.actor) {
                (false, _) => view.who.as_deref(),
                (true, None) => None,
                (true, Some(actor)) => {
                    let number = people.len() + 1;
                    let person = people
                        .entry(actor)
                        .or_insert_with(|| format!("person-{number}"));
                    Some(&**person)
                }
            };
            let line = Line {
                seq: view.seq,
                at: at(view.at_ms),
                who,
                by_self: view.by_self,
                what: view.what,
                about: view.about.as_deref(),
                text: view.text.as_deref().filter(|_| !redacted),
                count: view.count,
            };
            // Text and numbers only: it always can be written.
            if let Ok(line) = serde_json::to_string(&line) {
                lines.push_str(&line);
                lines.push('\n');
            }
        }
        lines
    }
}

fn at(ms: u64) -> Option<String> {
    let seconds = i64::try_from(ms / 1_000).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()?
        .format(&Rfc3339)
        .ok()
}
