//! "Test this call": one run of the doctor at a time, told to the page rung by rung, in words.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fieldtest::diagnosis::{Evidence, Finding, RungResult};
use fieldtest::doctor::{self, Options, Progress};
use fieldtest::report::text::{self, Layout};
use fieldtest::report::{Language, Report, cause_words, html, json};
use fieldtest::{Rung, Verdict};
use serde::{Deserialize, Serialize};
use signaling::RoomLink;
use tauri::async_runtime::{self, JoinHandle};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::oneshot;
use ts_rs::TS;

use crate::boundary::display_host;
use crate::errors::{self, Answer};
use crate::events;
use crate::saved;

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
#[derive(Debug, Clone, Serialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export, rename = "DoctorProgress")]
enum Told {
    /// A rung is being looked at.
    Started {
        /// Which one.
        rung: Rung,
    },
    /// A rung is judged; again when more is known.
    Judged {
        /// How it is.
        result: Judged,
    },
    /// The run is over.
    Finished {
        /// The gravest verdict.
        verdict: Verdict,
        /// The rung to be repaired first.
        culprit: Option<Rung>,
        /// The whole report, to copy.
        text: String,
    },
}

/// A rung with the words of its causes, in the language of the settings.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, rename = "DoctorResult")]
struct Judged {
    /// Which one.
    rung: Rung,
    /// How it is.
    verdict: Verdict,
    /// The likeliest cause first.
    findings: Vec<Cause>,
    /// Facts as they were seen.
    evidence: Vec<Evidence>,
    /// The lower rung that kept this one from being looked at.
    blocked_by: Option<Rung>,
    /// Milliseconds.
    took_ms: f64,
}

/// A cause, in words.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, rename = "DoctorFinding")]
struct Cause {
    /// Stable code, such as `no-affinity`.
    cause: String,
    /// How grave it is.
    verdict: Verdict,
    /// What is wrong and why.
    what: String,
    /// What the person in the call can do.
    person: Option<String>,
    /// What the operator should look at.
    operator: Option<String>,
    /// Sentences: other causes that fit as well, the likeliest first.
    alternatives: Vec<String>,
}

/// How a report is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ReportFormat {
    /// One page for a browser or a printer.
    Html,
    /// For programs.
    Json,
}

/// What is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DoctorTargetKind {
    /// A room, and the way there.
    Call,
    /// A record, and the way there.
    Record,
}

/// What a run looks at.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DoctorTarget {
    /// What it is.
    kind: DoctorTargetKind,
    /// The room as it is shown, or the id of the record.
    name: String,
    /// Host to show.
    site: String,
    /// The ladder that is climbed, from the bottom up.
    rungs: Vec<Rung>,
}

impl DoctorTarget {
    /// # Errors
    /// The link leads to no room.
    pub fn of(options: &Options) -> Answer<Self> {
        let (kind, name, site) = match &options.record {
            Some(record) => (
                DoctorTargetKind::Record,
                record.link.record.clone(),
                display_host(&record.link.service),
            ),
            None => {
                let link = RoomLink::parse(&options.link).map_err(|error| errors::link(&error))?;
                let site = display_host(&link.site_or_default());
                (DoctorTargetKind::Call, link.room.to_string(), site)
            }
        };
        Ok(Self {
            kind,
            name,
            site: site.unwrap_or_default(),
            rungs: options.ladder().to_vec(),
        })
    }
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
            let finished = Told::Finished {
                verdict: report.verdict,
                culprit: report.culprit,
                text: text::render(&report, &layout),
            };
            // Before the page can ask for it.
            *lock(&app.state::<Self>().last) = Some((report, language));
            tell(finished);
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

    /// Whether a run may be going on.
    pub fn is_running(&self) -> bool {
        lock(&self.running).is_some()
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
        saved::write(folder, "jbcalling-test", extension, page.as_bytes())
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
