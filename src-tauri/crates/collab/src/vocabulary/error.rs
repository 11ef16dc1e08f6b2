//! What is wrong with a vocabulary file, and where.

/// A mistake in a vocabulary file. None of that file is used then; all others are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}{}: {problem}", in_line(*.line), in_key(.key))]
pub struct FileError {
    /// Name of the file.
    pub file: String,
    /// Line, from 1, where one can be named.
    pub line: Option<usize>,
    /// The key, such as `vocabulary.clinic.out.join.ack`; empty for the whole file.
    pub key: String,
    /// What is wrong.
    pub problem: FileProblem,
}

fn in_line(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line}"))
        .unwrap_or_default()
}

fn in_key(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!(", {key}")
    }
}

impl FileError {
    /// Stable code for translation.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }
}

/// What can be wrong with a vocabulary file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// The file or the folder cannot be read.
    #[error("it cannot be read ({reason})")]
    Unreadable {
        /// Why, in the system's words.
        reason: String,
    },
    /// More than a vocabulary file can be, or too many files.
    #[error("it is too large: at most {limit} {what} are read")]
    TooLarge {
        /// How much is read.
        limit: u64,
        /// Of what.
        what: &'static str,
    },
    /// It is no TOML.
    #[error("this is no TOML ({reason})")]
    Malformed {
        /// Why.
        reason: String,
    },
    /// A key has a value of another type.
    #[error("this must be {expected}, but is {found}")]
    WrongType {
        /// What is wanted.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A value that is not one of those possible.
    #[error("\"{found}\" cannot be used here; {expected}")]
    BadValue {
        /// What is there.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A key is missing.
    #[error("the key \"{name}\" is missing")]
    Missing {
        /// Which.
        name: &'static str,
    },
    /// A key that means nothing here, probably misspelled.
    #[error("there is no such key here")]
    UnknownKey,
    /// `out.` is followed by no intent.
    #[error("there is no intent \"{name}\"; there are {known}")]
    UnknownIntent {
        /// What is there.
        name: String,
        /// All of them.
        known: String,
    },
    /// `op` names no operation.
    #[error("there is no operation \"{name}\"; there are {known}")]
    UnknownOperation {
        /// What is there.
        name: String,
        /// All of them.
        known: String,
    },
    /// A placeholder that does not exist, or not for this intent.
    #[error("there is no placeholder \"{{{name}}}\" here; there are {known}")]
    UnknownPlaceholder {
        /// What is there.
        name: String,
        /// All of those that can be used here.
        known: String,
    },
    /// A template with an open brace, or a value that no JSON can hold.
    #[error("this template cannot be read ({reason})")]
    BadTemplate {
        /// Why.
        reason: &'static str,
    },
    /// A path that leads nowhere.
    #[error("\"{path}\" is no path such as $, $.user_id, data.patient_id or list[0]")]
    BadPath {
        /// What is there.
        path: String,
    },
    /// A deployment names a vocabulary that does not exist.
    #[error("there is no vocabulary \"{name}\"")]
    UnknownVocabulary {
        /// Which.
        name: String,
    },
    /// Two vocabularies of one link give an event two meanings.
    #[error("the vocabularies \"{first}\" and \"{second}\" both bind the event \"{event}\"")]
    BoundTwice {
        /// The event.
        event: String,
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// Another file, or the program itself, has one of that name.
    #[error("this name is already taken; choose another one")]
    NameTaken,
}

impl FileProblem {
    /// Stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "collab.file-unreadable",
            Self::TooLarge { .. } => "collab.file-too-large",
            Self::Malformed { .. } => "collab.file-malformed",
            Self::WrongType { .. } => "collab.file-wrong-type",
            Self::BadValue { .. } => "collab.file-bad-value",
            Self::Missing { .. } => "collab.file-missing-key",
            Self::UnknownKey => "collab.file-unknown-key",
            Self::UnknownIntent { .. } => "collab.file-unknown-intent",
            Self::UnknownOperation { .. } => "collab.file-unknown-operation",
            Self::UnknownPlaceholder { .. } => "collab.file-unknown-placeholder",
            Self::BadTemplate { .. } => "collab.file-bad-template",
            Self::BadPath { .. } => "collab.file-bad-path",
            Self::UnknownVocabulary { .. } => "collab.file-unknown-vocabulary",
            Self::BoundTwice { .. } => "collab.file-bound-twice",
            Self::NameTaken => "collab.file-name-taken",
        }
    }
}
