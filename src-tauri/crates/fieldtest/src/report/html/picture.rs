//! The ladder as a picture, with the time at which each rung was looked at.

use std::fmt::Write;

use super::class;
use super::escape::escape;
use crate::report::Report;
use crate::report::clock::span;
use crate::report::paragraphs::sign;
use crate::report::words::Ladder;

/// Units of the picture; it scales with the page.
const WIDTH: f64 = 760.0;
const ROW: f64 = 30.0;
const TOP: f64 = 34.0;
/// Where the left rail, the names and the times begin.
const RAIL: f64 = 20.0;
const NAME: f64 = 44.0;
const VERDICT: f64 = 205.0;
const TIMES: f64 = 290.0;
const RIGHT: f64 = WIDTH - 62.0;
/// A bar that can be seen.
const THINNEST: f64 = 2.5;
const TICKS: u32 = 4;

pub(super) fn draw(report: &Report, words: &Ladder) -> String {
    let rungs = &report.diagnosis.rungs;
    // Some dozens at most.
    let height = TOP + ROW * rungs.len() as f64 + 6.0;
    let title = escape(words.phrase("ladder"));
    let mut svg = format!(
        "<svg class=\"ladder\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n"
    );
    let last = report
        .timings
        .iter()
        .map(|timing| timing.started_ms + timing.took_ms)
        .fold(0.0_f64, f64::max);
    let scale = scale(last);
    let x = |ms: f64| TIMES + (ms / scale).clamp(0.0, 1.0) * (RIGHT - TIMES);
    for tick in 0..=TICKS {
        let ms = scale * f64::from(tick) / f64::from(TICKS);
        let at = x(ms);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{}\" x2=\"{at:.1}\" y2=\"{}\"/>\
             <text class=\"tick\" x=\"{at:.1}\" y=\"18\" text-anchor=\"middle\">{ms:.0}</text>",
            TOP - 8.0,
            height - 6.0,
        );
    }
    let (first, end) = (TOP + ROW / 2.0, TOP + ROW * rungs.len() as f64 - ROW / 2.0);
    let _ = writeln!(
        svg,
        "<line class=\"rail\" x1=\"{RAIL}\" y1=\"{first}\" x2=\"{RAIL}\" y2=\"{end}\"/>"
    );
    for (at, result) in rungs.iter().enumerate() {
        let top = TOP + ROW * at as f64;
        let middle = top + ROW / 2.0;
        let base = middle + 4.5;
        let class = class(result.verdict);
        if Some(result.rung) == report.culprit {
            let _ = writeln!(
                svg,
                "<rect class=\"culprit\" x=\"2\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>",
                top + 1.0,
                WIDTH - 4.0,
                ROW - 2.0
            );
        }
        let _ = writeln!(
            svg,
            "<circle class=\"node {class}\" cx=\"{RAIL}\" cy=\"{middle}\" r=\"10\"/>\
             <text class=\"mark\" x=\"{RAIL}\" y=\"{base}\" text-anchor=\"middle\">{}</text>\
             <text class=\"name {class}\" x=\"{NAME}\" y=\"{base}\">{}</text>\
             <text class=\"word {class}\" x=\"{VERDICT}\" y=\"{base}\">{}</text>",
            sign(result.verdict),
            escape(words.rung(result.rung)),
            escape(words.verdict(result.verdict)),
        );
        if let Some(lower) = result.blocked_by {
            let text = words
                .phrase("waitsFor")
                .replace("{rung}", words.rung(lower));
            let _ = writeln!(
                svg,
                "<text class=\"wait\" x=\"{TIMES}\" y=\"{base}\">{}</text>",
                escape(&text)
            );
        }
        if let Some(timing) = report.timing(result.rung) {
            let begin = x(timing.started_ms);
            let width = (x(timing.started_ms + timing.took_ms) - begin).max(THINNEST);
            let _ = writeln!(
                svg,
                "<rect class=\"bar {class}\" x=\"{begin:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"12\" rx=\"2\"/>\
                 <text class=\"time\" x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>",
                middle - 6.0,
                WIDTH - 8.0,
                escape(&span(timing.took_ms)),
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The end of the axis: a round number of milliseconds that holds everything.
fn scale(last: f64) -> f64 {
    let mut step = 1.0;
    // Up to an hour; a run takes half a minute.
    while step < 3_600_000.0 {
        for factor in [4.0, 8.0, 20.0] {
            if last <= step * factor {
                return step * factor;
            }
        }
        step *= 10.0;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number() {
        assert!((scale(0.0) - 4.0).abs() < f64::EPSILON);
        assert!((scale(790.0) - 800.0).abs() < f64::EPSILON);
        assert!((scale(7_900.0) - 8_000.0).abs() < f64::EPSILON);
        assert!((scale(13_000.0) - 20_000.0).abs() < f64::EPSILON);
        assert!(scale(f64::MAX) >= 1.0);
    }
}
