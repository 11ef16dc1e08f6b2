//! The report as one page: no script, nothing loaded, printable.

mod escape;
mod picture;

use std::fmt::Write;

use super::clock::span;
use super::paragraphs::{Problem, role, sign};
use super::words::{Ladder, cause_words, ladder_words};
use super::{Language, Report};
use crate::Verdict;
use crate::diagnosis::RungResult;
use escape::escape;

const STYLE: &str = include_str!("style.css");

/// Nothing may be loaded and nothing may run.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The whole page.
pub fn render(report: &Report, language: Language) -> String {
    let words = ladder_words(language);
    let mut page = String::with_capacity(32_768);
    let lang = match language {
        Language::En => "en",
        Language::Vi => "vi",
    };
    let headline = report.headline(language);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} · {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        escape(words.phrase("title")),
        escape(&headline.text),
    );
    let class = class(headline.verdict);
    let _ = write!(
        page,
        "<header>\n<p class=\"kicker\">JB Calling · {}</p>\n\
         <h1 class=\"{class}\"><span class=\"sign\" aria-hidden=\"true\">{}</span><span>{}</span></h1>\n",
        escape(words.phrase("title")),
        sign(headline.verdict),
        escape(&headline.text),
    );
    if let Some(remark) = &headline.remark {
        let _ = writeln!(page, "<p class=\"remark\">{}</p>", escape(remark));
    }
    about(&mut page, report, words);
    page.push_str("</header>\n");

    let problems = report.problems(language);
    let culprit = usize::from(report.culprit.is_some()).min(problems.len());
    for problem in &problems[..culprit] {
        self::problem(&mut page, problem, words, 2);
    }
    let _ = write!(
        page,
        "<section>\n<h2>{}</h2>\n<figure tabindex=\"0\">\n{}<figcaption>{}</figcaption>\n</figure>\n</section>\n",
        escape(words.phrase("ladder")),
        picture::draw(report, words),
        escape(words.phrase("timeline")),
    );
    let others = &problems[culprit..];
    if !others.is_empty() {
        let _ = writeln!(page, "<section>\n<h2>{}</h2>", escape(words.phrase("also")));
        for problem in others {
            self::problem(&mut page, problem, words, 3);
        }
        page.push_str("</section>\n");
    }
    let _ = writeln!(
        page,
        "<section>\n<h2>{}</h2>",
        escape(words.phrase("details"))
    );
    // Of the others the picture says everything.
    let looked_at = |result: &&RungResult| {
        !(result.verdict == Verdict::Skipped
            && result.findings.is_empty()
            && result.evidence.is_empty())
    };
    for result in report.diagnosis.rungs.iter().filter(looked_at) {
        rung(&mut page, report, result, language);
    }
    page.push_str("</section>\n");
    facts(&mut page, report, words);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "failed",
        Verdict::Skipped => "skipped",
        Verdict::Unknown => "unknown",
    }
}

fn about(page: &mut String, report: &Report, words: &Ladder) {
    let _ = write!(
        page,
        "<p>{} {}</p>\n<dl class=\"about\">\n",
        escape(words.phrase("intro")),
        escape(words.phrase("redacted"))
    );
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(page, "<dt>{}</dt><dd>{value}</dd>", escape(name));
    };
    for server in &report.servers {
        let address = format!("<code>{}</code>", escape(&server.address()));
        row(role(server.role, words), &address);
    }
    let started = report.started.replace('T', " ").replace('Z', " UTC");
    row(words.phrase("started"), &escape(&started));
    row(words.phrase("took"), &escape(&span(report.took_ms)));
    row(words.phrase("system"), &escape(&report.os));
    let program = format!("JB Calling Desktop {}", report.version);
    row(words.phrase("program"), &escape(&program));
    page.push_str("</dl>\n");
}

/// `level`: of its heading; the culprit stands above the sections.
fn problem(page: &mut String, problem: &Problem<'_>, words: &Ladder, level: u8) {
    let verdict = problem.result.verdict;
    let _ = write!(
        page,
        "<article class=\"problem {}\">\n<h{level}><span class=\"sign\" aria-hidden=\"true\">{}</span>{} \
         <small>{}</small></h{level}>\n<p class=\"what\">{}</p>\n<dl>\n",
        class(verdict),
        sign(verdict),
        escape(words.rung(problem.result.rung)),
        escape(words.verdict(verdict)),
        escape(&problem.words.what),
    );
    let readers = [
        ("person", &problem.words.person),
        ("operator", &problem.words.operator),
    ];
    for (label, text) in readers {
        if let Some(text) = text {
            let label = escape(words.phrase(label));
            let _ = writeln!(page, "<dt>{label}</dt><dd>{}</dd>", escape(text));
        }
    }
    if !problem.alternatives.is_empty() {
        let label = escape(words.phrase("alternatives"));
        let _ = write!(page, "<dt>{label}</dt><dd><ol>");
        for text in &problem.alternatives {
            let _ = write!(page, "<li>{}</li>", escape(text));
        }
        page.push_str("</ol></dd>\n");
    }
    page.push_str("</dl>\n");
    evidence(page, problem.evidence);
    page.push_str("</article>\n");
}

fn evidence(page: &mut String, evidence: &[crate::diagnosis::Evidence]) {
    if evidence.is_empty() {
        return;
    }
    page.push_str("<table class=\"evidence\">\n");
    for fact in evidence {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>",
            escape(&fact.what),
            escape(&fact.seen)
        );
    }
    page.push_str("</table>\n");
}

fn rung(page: &mut String, report: &Report, result: &RungResult, language: Language) {
    let words = ladder_words(language);
    let took = report.timing(result.rung).map_or(String::new(), |timing| {
        format!(" · {}", span(timing.took_ms))
    });
    let _ = write!(
        page,
        "<article class=\"rung {}\" id=\"rung-{}\">\n<h3><span class=\"sign\" aria-hidden=\"true\">{}</span>{} \
         <small>{}{}</small></h3>\n<p class=\"hint\">{}</p>\n",
        class(result.verdict),
        result.rung.index(),
        sign(result.verdict),
        escape(words.rung(result.rung)),
        escape(words.verdict(result.verdict)),
        escape(&took),
        escape(words.about(result.rung)),
    );
    if let Some(lower) = result.blocked_by {
        let text = words
            .phrase("waitsFor")
            .replace("{rung}", words.rung(lower));
        let _ = writeln!(page, "<p>{}</p>", escape(&text));
    }
    for finding in &result.findings {
        let _ = writeln!(
            page,
            "<p>{} <small class=\"code\"><code>{}</code></small></p>",
            escape(&cause_words(finding, language).what),
            escape(&finding.cause)
        );
    }
    evidence(page, &result.evidence);
    page.push_str("</article>\n");
}

fn facts(page: &mut String, report: &Report, words: &Ladder) {
    let empty = report
        .facts
        .as_object()
        .is_none_or(serde_json::Map::is_empty);
    if empty {
        return;
    }
    let text = serde_json::to_string_pretty(&report.facts).unwrap_or_default();
    let _ = write!(
        page,
        "<details>\n<summary>{}</summary>\n<pre tabindex=\"0\" aria-label=\"{}\">",
        escape(words.phrase("facts")),
        escape(words.phrase("facts")),
    );
    for line in text.lines() {
        let _ = writeln!(page, "{}", escape(line));
    }
    page.push_str("</pre>\n</details>\n");
}

#[cfg(test)]
mod tests;
