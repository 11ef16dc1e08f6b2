//! The look of the report in a terminal.

use std::time::{Duration, SystemTime};

use super::*;
use crate::Rung;
use crate::diagnosis::{Diagnosis, Finding};
use crate::report::redact::Redactor;
use crate::report::{End, Observed, Timing};

fn report(culprit: Option<Rung>) -> Report {
    let rungs = Rung::ALL.map(|rung| match culprit {
        Some(broken) if rung == broken => RungResult::new(
            rung,
            vec![
                Finding::new("no-answer-in-time", Verdict::Failed)
                    .with("seconds", "7.5")
                    .or("time-over"),
            ],
            vec![Evidence::new(
                "GET /",
                "200 \x1b[31mred\u{202e} ".repeat(30),
            )],
        ),
        Some(broken) if rung > broken && rung != Rung::Machine => {
            RungResult::skipped(rung, Some(broken))
        }
        _ => RungResult::new(rung, Vec::new(), vec![Evidence::new("seen", "日本語 fine")]),
    });
    let observed = Observed {
        started: SystemTime::UNIX_EPOCH,
        took: Duration::from_millis(8_460),
        end: End::Complete,
        servers: Vec::new(),
        diagnosis: Diagnosis {
            rungs: rungs.into(),
        },
        timings: vec![Timing::new(
            Rung::Link,
            Duration::ZERO,
            Duration::from_millis(38),
        )],
    };
    Report::new(observed, &serde_json::Value::Null, &mut Redactor::default())
}

fn rows(report: &Report, layout: Layout) -> Vec<String> {
    render(report, &layout).lines().map(str::to_owned).collect()
}

#[test]
fn no_row_is_wider_than_the_terminal_and_nothing_moves_the_cursor() {
    for width in [60, 80, 132] {
        for language in [Language::En, Language::Vi] {
            let layout = Layout {
                language,
                width,
                colour: false,
            };
            for row in rows(&report(Some(Rung::Polling)), layout) {
                assert!(
                    columns(&row) <= width,
                    "{} of {width}: {row}",
                    columns(&row)
                );
                assert!(!row.contains(['\u{1b}', '\u{202e}']), "{row}");
            }
        }
    }
}

#[test]
fn the_culprit_comes_before_the_ladder() {
    let text = render(&report(Some(Rung::Polling)), &Layout::default());
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("no {part} in {text}"))
    };
    assert!(at("✗ Calls do not work") < at("Nothing usable came back within 7.5 s"));
    assert!(at("Operator") < at("The ladder"));
    assert!(at("1. ") < at("The ladder"));
    assert!(text.contains("waits for “Long polling”"), "{text}");
}

#[test]
fn when_all_is_well_it_is_said_in_one_sentence() {
    let text = render(&report(None), &Layout::default());
    assert!(text.contains("✓ Everything works."), "{text}");
    assert!(!text.contains("Also"), "{text}");
    assert!(text.contains("38 ms"), "{text}");
}

#[test]
fn colours_are_for_terminals_only() {
    let plain = render(&report(Some(Rung::Tls)), &Layout::default());
    assert!(!plain.contains('\u{1b}'));
    let coloured = Layout {
        colour: true,
        ..Layout::default()
    };
    assert!(render(&report(Some(Rung::Tls)), &coloured).contains("\u{1b}[1;31m"));
}
