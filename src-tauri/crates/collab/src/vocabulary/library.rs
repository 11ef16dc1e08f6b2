//! All vocabularies and deployments: the program's own, and those of a folder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::Deployment;
use super::deployment_file::{Draft, speak};
use super::error::{FileError, FileProblem};
use super::source::{Position, Source};
use super::vocabulary_file::Vocabulary;
use crate::policy::{MAX_FILE_BYTES, MAX_FILES};

/// The program's own files.
const BUILTIN: [(&str, &str); 4] = [
    ("deployed.toml", include_str!("builtin/deployed.toml")),
    ("screening.toml", include_str!("builtin/screening.toml")),
    (
        "live-editing.toml",
        include_str!("builtin/live-editing.toml"),
    ),
    ("insights.toml", include_str!("builtin/insights.toml")),
];

/// Vocabularies and deployments by name.
#[derive(Debug, Clone, Default)]
pub struct Library {
    vocabularies: BTreeMap<String, Arc<Vocabulary>>,
    deployments: BTreeMap<String, Deployment>,
    builtin: Vec<String>,
}

impl Library {
    /// What comes with the program.
    pub fn builtin() -> Self {
        static READ: LazyLock<Library> = LazyLock::new(|| {
            let (library, errors) = Library::read_builtin();
            debug_assert!(errors.is_empty(), "{errors:?}");
            library
        });
        READ.clone()
    }

    pub(super) fn read_builtin() -> (Self, Vec<FileError>) {
        let mut library = Self::default();
        let files = BUILTIN.map(|(file, text)| (file.to_owned(), text.to_owned()));
        let errors = library.add(files.into());
        library.builtin = library.deployments.keys().cloned().collect();
        (library, errors)
    }

    /// What comes with the program, and every `*.toml` of a folder, which need not exist. What has
    /// a mistake in it is left out and told; everything else can be used.
    pub fn load(folder: &Path) -> (Self, Vec<FileError>) {
        let mut library = Self::builtin();
        let (files, mut errors) = read_folder(folder);
        errors.extend(library.add(files));
        (library, errors)
    }

    /// The deployment of this name.
    pub fn deployment(&self, name: &str) -> Option<Deployment> {
        self.deployments.get(name).cloned()
    }

    /// Names of all deployments, the program's own first.
    pub fn names(&self) -> Vec<&str> {
        let own = self.builtin.iter().map(String::as_str);
        let others = self.deployments.keys().map(String::as_str);
        let others = others.filter(|name| !self.is_builtin(name));
        own.chain(others).collect()
    }

    /// Whether a deployment comes with the program.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.builtin.iter().any(|known| known == name)
    }

    /// All deployments, the program's own first.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        self.names()
            .into_iter()
            .filter_map(|name| self.deployments.get(name))
    }

    /// Adds files by name and text. Deployments may use the vocabularies of any of them.
    pub(super) fn add(&mut self, files: Vec<(String, String)>) -> Vec<FileError> {
        let mut errors = Vec::new();
        let mut drafts = Vec::new();
        for (file, text) in files {
            let (vocabularies, deployments, mistakes) = read_file(&file, &text);
            if !mistakes.is_empty() {
                errors.extend(mistakes);
                continue;
            }
            for (position, vocabulary) in vocabularies {
                if self.vocabularies.contains_key(&vocabulary.name) {
                    errors.push(position.error(&file, FileProblem::NameTaken));
                    continue;
                }
                let name = vocabulary.name.clone();
                self.vocabularies.insert(name, Arc::new(vocabulary));
            }
            drafts.extend(deployments.into_iter().map(|draft| (file.clone(), draft)));
        }
        for (file, draft) in drafts {
            match self.complete(draft) {
                Ok(deployment) => {
                    let name = deployment.name.clone();
                    self.deployments.insert(name, deployment);
                }
                Err((position, problem)) => errors.push(position.error(&file, problem)),
            }
        }
        errors
    }

    /// Puts vocabularies in place of their names.
    fn complete(&self, draft: Draft) -> Result<Deployment, (Position, FileProblem)> {
        let mut deployment = draft.deployment;
        if self.deployments.contains_key(&deployment.name) {
            return Err((draft.position, FileProblem::NameTaken));
        }
        for (link, names) in deployment.links.iter_mut().zip(draft.vocabularies) {
            let at = names.first().map(|(position, _)| position.clone());
            let mut vocabularies: Vec<Arc<Vocabulary>> = Vec::new();
            for (position, name) in names {
                match self.vocabularies.get(&name) {
                    Some(known) if !vocabularies.iter().any(|spoken| spoken.name == name) => {
                        vocabularies.push(Arc::clone(known));
                    }
                    Some(_) => {}
                    None => return Err((position, FileProblem::UnknownVocabulary { name })),
                }
            }
            let Some(at) = at else {
                let name = "vocabularies";
                return Err((draft.position, FileProblem::Missing { name }));
            };
            speak(link, vocabularies).map_err(|problem| (at, problem))?;
        }
        Ok(deployment)
    }
}

type Contents = (Vec<(Position, Vocabulary)>, Vec<Draft>, Vec<FileError>);

fn read_file(file: &str, text: &str) -> Contents {
    let source = Source::new(file, text);
    let mut vocabularies = Vec::new();
    let mut deployments = Vec::new();
    if let Some(parsed) = source.parse() {
        let root = source.root(&parsed);
        if let Some(node) = root.get("vocabulary") {
            vocabularies = Vocabulary::read_all(&node);
        }
        if let Some(node) = root.get("deployment") {
            deployments = Draft::read_all(&node);
        }
        root.end();
    }
    (vocabularies, deployments, source.into_errors())
}

/// Names and texts of the files that can be read.
fn read_folder(folder: &Path) -> (Vec<(String, String)>, Vec<FileError>) {
    let mut errors = Vec::new();
    let mut fail = |path: &Path, problem| {
        let position = Position {
            line: None,
            key: String::new(),
        };
        errors.push(position.error(&display_name(path), problem));
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Vec::new(), errors),
        Err(error) => {
            let reason = error.to_string();
            fail(folder, FileProblem::Unreadable { reason });
            return (Vec::new(), errors);
        }
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    if paths.len() > MAX_FILES {
        let limit = u64::try_from(MAX_FILES).unwrap_or(u64::MAX);
        let what = "files";
        fail(folder, FileProblem::TooLarge { limit, what });
    }
    let mut files = Vec::new();
    for path in paths.into_iter().take(MAX_FILES) {
        match read_text(&path) {
            Ok(text) => files.push((display_name(&path), text)),
            Err(problem) => fail(&path, problem),
        }
    }
    (files, errors)
}

fn read_text(path: &Path) -> Result<String, FileProblem> {
    let unreadable = |error: std::io::Error| FileProblem::Unreadable {
        reason: error.to_string(),
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(FileProblem::TooLarge {
            limit: MAX_FILE_BYTES,
            what: "bytes",
        });
    }
    Ok(text)
}

fn display_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
