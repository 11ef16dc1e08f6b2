//! The report for a terminal.

mod wrap;

use std::fmt::Write;

use super::clock::span;
use super::paragraphs::{Problem, key_evidence, role, sign};
use super::visible::visible;
use super::words::{Ladder, ladder_words};
use super::{Language, Report};
use crate::Verdict;
use crate::diagnosis::{Evidence, RungResult};
use wrap::{columns, fill, fit, pad};

/// Columns that a report needs at least, and at most uses for sentences.
const NARROWEST: usize = 40;
const WIDEST: usize = 100;
/// Pieces of evidence shown for a problem; the page and the JSON have all.
const EVIDENCE: usize = 5;
/// Rows of one piece of evidence.
const EVIDENCE_ROWS: usize = 3;

/// How a report is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Language of the words.
    pub language: Language,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether colours may be used.
    pub colour: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            language: Language::En,
            width: 80,
            colour: false,
        }
    }
}

impl Layout {
    fn width(&self) -> usize {
        self.width.max(NARROWEST)
    }

    fn words(&self) -> &'static Ladder {
        ladder_words(self.language)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn verdict(&self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Ok => "32",
            Verdict::Warning => "33",
            Verdict::Failed => "1;31",
            Verdict::Unknown => "35",
            Verdict::Skipped => "2",
        };
        self.paint(code, text)
    }
}

/// The whole report.
pub fn render(report: &Report, layout: &Layout) -> String {
    let words = layout.words();
    let mut out = String::new();
    head(&mut out, report, layout);
    let headline = report.headline(layout.language);
    let first = format!("{} {}", sign(headline.verdict), headline.text);
    for row in fill(&first, layout.width().min(WIDEST)) {
        let _ = writeln!(out, "{}", layout.verdict(headline.verdict, &row));
    }
    if let Some(remark) = &headline.remark {
        let _ = writeln!(out, "  {remark}");
    }
    let problems = report.problems(layout.language);
    let culprit = report.culprit.is_some();
    let (first, others) = problems.split_at(usize::from(culprit).min(problems.len()));
    for found in first {
        out.push('\n');
        problem(&mut out, found, layout);
    }
    let _ = writeln!(out, "\n{}", layout.paint("1", words.phrase("ladder")));
    for result in &report.diagnosis.rungs {
        let took = report.timing(result.rung).map(|timing| timing.took_ms);
        let _ = writeln!(out, "{}", line(result, took, layout));
    }
    if !others.is_empty() {
        let _ = writeln!(out, "\n{}", layout.paint("1", words.phrase("also")));
        for (at, found) in others.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let title = format!(
                "{} {}",
                sign(found.result.verdict),
                words.rung(found.result.rung)
            );
            let _ = writeln!(out, "  {}", layout.verdict(found.result.verdict, &title));
            problem(&mut out, found, layout);
        }
    }
    out
}

fn head(out: &mut String, report: &Report, layout: &Layout) {
    let words = layout.words();
    let title = format!(
        "JB Calling · {} · {} · {}",
        words.phrase("title"),
        report.started.replace('T', " ").replace('Z', " UTC"),
        span(report.took_ms)
    );
    for row in fill(&title, layout.width()) {
        let _ = writeln!(out, "{}", layout.paint("1", &row));
    }
    let names: Vec<&str> = report.servers.iter().map(|s| role(s.role, words)).collect();
    let widest = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    for (server, name) in report.servers.iter().zip(names) {
        let name = layout.paint("2", &pad(name, widest));
        let _ = writeln!(out, "  {name}  {}", visible(&server.address()));
    }
    out.push('\n');
}

/// One rung in one row: sign, name, verdict, key evidence, time.
pub fn line(result: &RungResult, took_ms: Option<f64>, layout: &Layout) -> String {
    let words = layout.words();
    let names = crate::Rung::ALL.map(|rung| columns(words.rung(rung)));
    let name_width = names.into_iter().max().unwrap_or(0);
    let verdicts = [
        Verdict::Ok,
        Verdict::Warning,
        Verdict::Failed,
        Verdict::Skipped,
        Verdict::Unknown,
    ];
    let verdict_width = verdicts.map(|verdict| columns(words.verdict(verdict)));
    let verdict_width = verdict_width.into_iter().max().unwrap_or(0);
    let time = took_ms.map_or(String::new(), span);
    // Two before the sign, one after it, two between the columns.
    let taken = 2 + 1 + 1 + name_width + 2 + verdict_width + 2 + 2 + TIME;
    let room = layout.width().saturating_sub(taken + 1);
    let seen = fit(&key_evidence(result, words), room);
    format!(
        "  {} {}  {}  {}  {}",
        layout.verdict(result.verdict, &sign(result.verdict).to_string()),
        pad(words.rung(result.rung), name_width),
        layout.verdict(
            result.verdict,
            &pad(words.verdict(result.verdict), verdict_width)
        ),
        layout.paint("2", &pad(&seen, room)),
        layout.paint("2", &format!("{time:>TIME$}")),
    )
    .trim_end()
    .to_owned()
}

/// Columns of a time.
const TIME: usize = 6;

fn problem(out: &mut String, problem: &Problem<'_>, layout: &Layout) {
    let words = layout.words();
    let labels = ["what", "person", "operator", "seen", "alternatives"];
    let label_width = labels.map(|label| columns(words.phrase(label)));
    let label_width = label_width.into_iter().max().unwrap_or(0);
    let mut said = |label: &str, rows: &[String], code: &str| {
        for (at, row) in rows.iter().enumerate() {
            let label = if at == 0 { words.phrase(label) } else { "" };
            let label = layout.paint("2", &pad(label, label_width));
            let _ = writeln!(out, "  {label}  {}", layout.paint(code, row));
        }
    };
    let room = layout
        .width()
        .min(WIDEST)
        .saturating_sub(2 + label_width + 2 + 1);
    said("what", &fill(&visible(&problem.words.what), room), "");
    if let Some(text) = &problem.words.person {
        said("person", &fill(&visible(text), room), "");
    }
    if let Some(text) = &problem.words.operator {
        said("operator", &fill(&visible(text), room), "");
    }
    let mut rows = Vec::new();
    for (at, text) in problem.alternatives.iter().enumerate() {
        rows.append(&mut hanging(&format!("{}. ", at + 1), &visible(text), room));
    }
    said("alternatives", &rows, "");
    let shown = problem.evidence.iter().take(EVIDENCE);
    let mut rows: Vec<String> = shown.flat_map(|evidence| seen(evidence, room)).collect();
    if problem.evidence.len() > EVIDENCE {
        rows.push("…".to_owned());
    }
    said("seen", &rows, "2");
}

fn seen(evidence: &Evidence, room: usize) -> Vec<String> {
    let text = visible(&format!("{}: {}", evidence.what, evidence.seen));
    let mut rows = hanging("", &text, room);
    if rows.len() > EVIDENCE_ROWS {
        rows.truncate(EVIDENCE_ROWS);
        if let Some(last) = rows.last_mut() {
            *last = fit(&format!("{last} ………"), room);
        }
    }
    rows
}

fn hanging(mark: &str, text: &str, room: usize) -> Vec<String> {
    let indent = " ".repeat(columns(mark).max(2));
    let rows = fill(text, room.saturating_sub(indent.len()));
    let row = |(at, row): (usize, String)| match at {
        0 => format!("{mark}{row}"),
        _ => format!("{indent}{row}"),
    };
    rows.into_iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests;
