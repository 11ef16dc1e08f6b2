//! The report for programs. Its schema is written down in `docs/report-schema.md`.

use super::Report;

/// Indented JSON, ending with a line break.
pub fn render(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
