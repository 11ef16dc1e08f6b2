//! Values that outlive the program, each in one JSON file in the configuration folder.
//!
//! A file that cannot be read is set aside under another name, never overwritten: bad input
//! loses nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file and its content.
#[derive(Debug)]
pub struct KeptFile<T> {
    path: PathBuf,
    current: T,
}

impl<T: Default + Serialize + DeserializeOwned> KeptFile<T> {
    /// Reads `name.json` in `folder`; a missing or unreadable one gives the defaults.
    pub fn open(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.json"));
        let current = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, name, "a file cannot be read, it is set aside");
                let _ = fs::rename(&path, folder.join(format!("{name}.unreadable.json")));
                T::default()
            }),
            Err(_) => T::default(),
        };
        Self { path, current }
    }

    /// What it holds now.
    pub fn current(&self) -> &T {
        &self.current
    }

    /// Changes what it holds and writes the file.
    ///
    /// # Errors
    /// The file could not be written; the change holds until the program ends.
    pub fn change(&mut self, change: impl FnOnce(&mut T)) -> io::Result<()> {
        change(&mut self.current);
        self.write()
    }

    /// Writes beside the file and renames, so that a crash leaves the old or the new one.
    fn write(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = self.path.with_extension("json.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It may hold a relay's password, or whose records a person works on.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(&self.current)?)?;
        file.sync_all()?;
        fs::rename(beside, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Words = KeptFile<Vec<String>>;

    #[test]
    fn what_is_kept_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Words::open(folder.path(), "words");
        file.change(|words| words.push("Đặng".into())).unwrap();
        assert_eq!(Words::open(folder.path(), "words").current(), &["Đặng"]);
    }

    #[test]
    fn an_unreadable_file_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("words.json"), b"{ not json").unwrap();
        let file = Words::open(folder.path(), "words");
        assert!(file.current().is_empty());
        assert_eq!(
            fs::read(folder.path().join("words.unreadable.json")).unwrap(),
            b"{ not json"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut file = Words::open(folder.path(), "words");
        file.change(|_| {}).unwrap();
        let mode = fs::metadata(folder.path().join("words.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
