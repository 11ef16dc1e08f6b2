//! "Report a problem": one archive that can be handed on, without people, rooms and secrets.
//!
//! A zip file, because everybody can open one without a tool of ours, and because its parts have
//! different readers: words and the doctor's page are read in a mail program or a browser, the
//! numbers by programs. Ten minutes of statistics shrink to a twentieth in it.

use std::io::{Cursor, Write};
use std::time::SystemTime;

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::record::History;
use crate::report::redact::Redactor;
use crate::report::visible::visible;
use crate::report::{Language, Report, Server, clock, html, json, os};

/// Words, for whoever opens the archive.
pub const WORDS: &str = "problem.txt";
/// How the program is set up.
pub const CONFIGURATION: &str = "configuration.json";
/// The last ten minutes: [`History`].
pub const STATISTICS: &str = "statistics.json";
/// The doctor's last run for a browser.
pub const DOCTOR_PAGE: &str = "doctor.html";
/// The doctor's last run for programs.
pub const DOCTOR: &str = "doctor.json";

/// The archive could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ProblemError {
    /// The zip file.
    #[error("the archive could not be made: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// A part of it.
    #[error("the archive could not be filled: {0}")]
    Part(#[from] std::io::Error),
    /// A part of it as JSON.
    #[error("the archive could not be filled: {0}")]
    Json(#[from] serde_json::Error),
}

/// Everything that goes into the archive; it is redacted on the way.
#[derive(Debug, Clone)]
pub struct Problem {
    /// When it is saved.
    pub saved: SystemTime,
    /// Name and version of the program.
    pub program: String,
    /// Language of the words.
    pub language: Language,
    /// What happened, in the person's words; may be empty.
    pub description: String,
    /// How the program is set up, without secrets.
    pub configuration: Value,
    /// Servers that the person named in the settings.
    pub servers: Vec<Server>,
    /// The last ten minutes.
    pub history: History,
    /// The last run of the doctor, if there was one.
    pub report: Option<Report>,
}

impl Problem {
    /// The archive. The redactor knows what must not be in it.
    ///
    /// # Errors
    /// It cannot be put together; nothing that a person or a server does leads to that.
    pub fn archive(&self, redactor: &mut Redactor) -> Result<Vec<u8>, ProblemError> {
        let tested = self.report.iter().flat_map(|report| &report.servers);
        for server in self.servers.iter().chain(tested) {
            redactor.server(&server.host);
        }
        let history = self.history.redacted(redactor);
        let mut archive = Archive::new();
        archive.add(WORDS, self.words(&history, redactor).as_bytes())?;
        let configuration = redactor.value(&self.configuration);
        let servers: Vec<String> = self.servers.iter().map(Server::address).collect();
        archive.add_json(
            CONFIGURATION,
            &serde_json::json!({ "settings": configuration, "servers": servers }),
        )?;
        archive.add_json(STATISTICS, &history)?;
        // Redacted when it was made.
        if let Some(report) = &self.report {
            archive.add(DOCTOR_PAGE, html::render(report, self.language).as_bytes())?;
            archive.add(DOCTOR, json::render(report).as_bytes())?;
        }
        archive.finish()
    }

    fn words(&self, history: &History, redactor: &mut Redactor) -> String {
        let words = match self.language {
            Language::En => &ENGLISH,
            Language::Vi => &VIETNAMESE,
        };
        let description = redactor.text(self.description.trim());
        let description: Vec<String> = description.lines().map(visible).collect();
        let log = history.log_in_words(self.language);
        let or_none = |text: String, none: &str| match text.trim() {
            "" => none.to_owned(),
            text => text.to_owned(),
        };
        format!(
            "{}\n{}\n{}\n\n{}\n\n{}\n\n{}\n\n{}\n",
            self.program,
            os::name(),
            clock::rfc3339(self.saved),
            words.description,
            or_none(description.join("\n"), words.no_description),
            words.log,
            or_none(log, words.no_log),
        )
    }
}

struct Words {
    description: &'static str,
    no_description: &'static str,
    log: &'static str,
    no_log: &'static str,
}

const ENGLISH: Words = Words {
    description: "WHAT HAPPENED, IN THE PERSON'S WORDS",
    no_description: "Nothing was written.",
    log: "EVENTS OF THE CALL (UTC)",
    no_log: "There was no call.",
};
const VIETNAMESE: Words = Words {
    description: "ĐIỀU ĐÃ XẢY RA, THEO LỜI NGƯỜI DÙNG",
    no_description: "Không viết gì.",
    log: "CÁC SỰ KIỆN TRONG CUỘC GỌI (UTC)",
    no_log: "Không có cuộc gọi nào.",
};

struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Archive {
    fn new() -> Self {
        Self {
            zip: ZipWriter::new(Cursor::default()),
            options: SimpleFileOptions::default().compression_method(CompressionMethod::Deflated),
        }
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), ProblemError> {
        self.zip.start_file(name, self.options)?;
        self.zip.write_all(content)?;
        Ok(())
    }

    fn add_json(
        &mut self,
        name: &str,
        content: &impl serde::Serialize,
    ) -> Result<(), ProblemError> {
        self.add(name, &serde_json::to_vec_pretty(content)?)
    }

    fn finish(self) -> Result<Vec<u8>, ProblemError> {
        Ok(self.zip.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests;
