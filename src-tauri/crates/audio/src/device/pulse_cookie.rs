//! What programs show to PulseAudio to be let in.
//!
//! PulseAudio and PipeWire refuse a program that shows nothing of the right length, also where
//! they know the person by the socket and do not look at it. Their own library makes the file
//! when there is none; the one that is used here only reads it, and on a fresh account nothing
//! else may have made it yet.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// `PA_NATIVE_COOKIE_LENGTH` of PulseAudio, in bytes.
const LENGTH: usize = 256;

/// Makes it as PulseAudio's library does, where there is none.
pub(super) fn provide() {
    let given = std::env::var_os("PULSE_COOKIE").is_some_and(|path| Path::new(&path).exists());
    let Some(home) = std::env::home_dir().filter(|_| !given) else {
        return;
    };
    if let Err(error) = provide_in(&home) {
        tracing::debug!(%error, "no cookie for PulseAudio");
    }
}

fn provide_in(home: &Path) -> io::Result<()> {
    let folder = home.join(".config/pulse");
    let file = folder.join("cookie");
    if file.exists() || home.join(".pulse-cookie").exists() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let cookie: [u8; LENGTH] = rand::random();
    let mut made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    made.write_all(&cookie)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn one_is_made_for_its_owner_alone_and_then_kept() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let file = home.path().join(".config/pulse/cookie");
        provide_in(home.path()).expect("it can be made");
        let cookie = std::fs::read(&file).expect("it is there");
        assert_eq!(cookie.len(), LENGTH);
        let mode = std::fs::metadata(&file).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        provide_in(home.path()).expect("it is there already");
        assert_eq!(std::fs::read(&file).expect("it is there"), cookie);
    }

    #[test]
    fn an_old_one_is_enough() {
        let home = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(home.path().join(".pulse-cookie"), [1; LENGTH]).expect("written");
        provide_in(home.path()).expect("it is there already");
        assert!(!home.path().join(".config").exists());
    }
}
