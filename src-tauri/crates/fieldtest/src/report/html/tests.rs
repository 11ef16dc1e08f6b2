//! What the page must never hold.

use std::time::{Duration, SystemTime};

use super::*;
use crate::Rung;
use crate::diagnosis::{Diagnosis, Evidence, Finding};
use crate::report::redact::Redactor;
use crate::report::{End, Observed};

const HOSTILE: &str = "</code><script>alert(1)</script><img src=x onerror=y>\u{202e}\u{0}\"'&";

fn page() -> String {
    let result = |rung| {
        RungResult::new(
            rung,
            vec![Finding::new(HOSTILE, Verdict::Failed).or(HOSTILE)],
            vec![Evidence::new(HOSTILE, HOSTILE)],
        )
    };
    let observed = Observed {
        started: SystemTime::UNIX_EPOCH,
        took: Duration::from_secs(1),
        end: End::Cancelled,
        servers: Vec::new(),
        diagnosis: Diagnosis {
            rungs: Rung::ALL.map(result).into(),
        },
        timings: Vec::new(),
    };
    let facts = serde_json::json!({ HOSTILE: [HOSTILE] });
    render(
        &Report::new(observed, &facts, &mut Redactor::default()),
        Language::En,
    )
}

#[test]
fn what_servers_say_is_never_markup() {
    let page = page();
    for markup in ["<script", "<img", "</code><script", "\u{202e}", "\u{0}"] {
        assert!(!page.contains(markup), "{markup:?}");
    }
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let page = page();
    assert!(page.contains("default-src 'none'"));
    for outside in ["http://", "src=", "url(", "@import", "<link", "href="] {
        assert!(!page.replace("src=x", "").contains(outside), "{outside}");
    }
}
