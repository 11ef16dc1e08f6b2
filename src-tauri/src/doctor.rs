//! "Test this call": one run of the doctor at a time, told to the page rung by rung, in words.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fieldtest::diagnosis::{Evidence, Finding, RungResult};
use fieldtest::doctor::{self, Options, Progress};
use fieldtest::report::text::{self, Layout};
use fieldtest::report::{Language, Report, cause_words, html, json};
use fieldtest::{Rung, Verdict};
use serde::{Deserialize, Serialize};
use tauri::async_runtime::{self, JoinHandle};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::oneshot;

use crate::errors::{self, Answer};
use crate::events;

/// Columns of the report that is copied: a mail's.
const COLUMNS: usize = 78;

/// The doctor of this window.
#[derive(Default)]
pub struct Doctor {
    running: Mutex<Option<Run>>,
    last: Mutex<Option<(Report, Language)>>,
}

struct Run {
    /// Dropped to cancel.
    cancel: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// What the page is told.
#[derive(Debug, Clone, Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Told {
    Started {
        rung: Rung,
    },
    Judged {
        result: Judged,
    },
    Finished {
        verdict: Verdict,
        culprit: Option<Rung>,
        text: String,
    },
}

/// A rung with the words of its causes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Judged {
    rung: Rung,
    verdict: Verdict,
    findings: Vec<Cause>,
    evidence: Vec<Evidence>,
    blocked_by: Option<Rung>,
    took_ms: f64,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cause {
    cause: String,
    verdict: Verdict,
    what: String,
    person: Option<String>,
    operator: Option<String>,
    alternatives: Vec<String>,
}

/// How a report is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReportFormat {
    /// One page for a browser or a printer.
    Html,
    /// For programs.
    Json,
}

impl Doctor {
    /// Begins a run, in place of one that is going on.
    pub async fn start(&self, app: &AppHandle, options: Options, language: Language) {
        self.stop().await;
        let (cancel, cancelled) = oneshot::channel();
        let app = app.clone();
        let task = async_runtime::spawn(async move {
            let tell = |told: Told| {
                let _ = app.emit(events::DOCTOR_PROGRESS, told);
            };
            let report = doctor::run(
                options,
                |progress| tell(told(progress, language)),
                async move {
                    let _ = cancelled.await;
                },
            )
            .await;
            let layout = Layout {
                language,
                width: COLUMNS,
                colour: false,
            };
            tell(Told::Finished {
                verdict: report.verdict,
                culprit: report.culprit,
                text: text::render(&report, &layout),
            });
            *lock(&app.state::<Self>().last) = Some((report, language));
        });
        *lock(&self.running) = Some(Run { cancel, task });
    }

    /// Ends a run. Afterwards nothing more is told of it.
    pub async fn stop(&self) {
        let run = lock(&self.running).take();
        if let Some(run) = run {
            drop(run.cancel);
            let _ = run.task.await;
        }
    }

    /// The last report.
    pub fn last(&self) -> Option<Report> {
        lock(&self.last).as_ref().map(|(report, _)| report.clone())
    }

    /// Saves the last report in a folder; answers the file.
    ///
    /// # Errors
    /// There is none yet, or it could not be written.
    pub fn save(&self, folder: &Path, format: ReportFormat) -> Answer<PathBuf> {
        let last = lock(&self.last);
        let (report, language) = last.as_ref().ok_or_else(errors::no_report)?;
        let (page, extension) = match format {
            ReportFormat::Html => (html::render(report, *language), "html"),
            ReportFormat::Json => (json::render(report), "json"),
        };
        let started: String = report
            .started
            .chars()
            .filter(char::is_ascii_digit)
            .take(14)
            .collect();
        let file = folder.join(format!("jbcalling-report-{started}.{extension}"));
        std::fs::write(&file, page).map_err(errors::report_not_saved)?;
        Ok(file)
    }
}

fn told(progress: Progress, language: Language) -> Told {
    match progress {
        Progress::Started { rung } => Told::Started { rung },
        Progress::Judged { result, took_ms } => Told::Judged {
            result: in_words(result, took_ms, language),
        },
    }
}

fn in_words(result: RungResult, took_ms: f64, language: Language) -> Judged {
    let cause = |finding: Finding| {
        let words = cause_words(&finding, language);
        let alternative = |cause: &String| {
            let finding = Finding {
                values: finding.values.clone(),
                ..Finding::new(cause, finding.verdict)
            };
            cause_words(&finding, language).what
        };
        Cause {
            alternatives: finding.alternatives.iter().map(alternative).collect(),
            cause: finding.cause,
            verdict: finding.verdict,
            what: words.what,
            person: words.person,
            operator: words.operator,
        }
    };
    Judged {
        rung: result.rung,
        verdict: result.verdict,
        findings: result.findings.into_iter().map(cause).collect(),
        evidence: result.evidence,
        blocked_by: result.blocked_by,
        took_ms,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
