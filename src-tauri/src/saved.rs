//! Files for a person. They go where downloads go, so that the page needs no right to choose a
//! place on the disk.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fieldtest::report::rfc3339;
use tauri::{AppHandle, Manager};

use crate::errors::{self, Answer};

/// The folder for downloads, or the person's own where the system names none.
///
/// # Errors
/// There is neither.
pub fn folder(app: &AppHandle) -> Answer<PathBuf> {
    let folders = app.path();
    folders
        .download_dir()
        .or_else(|_| folders.home_dir())
        .map_err(errors::report_not_saved)
}

/// Writes a file of this kind under a name of its own; answers where. Never writes over another.
///
/// # Errors
/// It could not be written.
pub fn write(folder: &Path, kind: &str, extension: &str, content: &[u8]) -> Answer<PathBuf> {
    fs::create_dir_all(folder).map_err(errors::report_not_saved)?;
    // Without the colons, which not every file system takes.
    let now = rfc3339(SystemTime::now()).replace(':', "");
    let mut name = format!("{kind}-{now}");
    loop {
        let path = folder.join(format!("{name}.{extension}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(content).map_err(errors::report_not_saved)?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => name.push_str("-again"),
            Err(error) => return Err(errors::report_not_saved(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_name_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        // Not there yet.
        let folder = folder.path().join("Downloads");
        let first = write(&folder, "report", "json", b"1").unwrap();
        let second = write(&folder, "report", "json", b"2").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read(first).unwrap(), b"1");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = write(file.path(), "report", "json", b"1").unwrap_err();
        assert_eq!(error.code, "report.not-saved");
    }
}
