//! Credentials of profiles, in the system's keyring and nowhere else.

use call::view::ErrorView;
use keyring::{Entry, Error};

use crate::errors::{self, Answer};

/// What the keyring calls this program.
const SERVICE: &str = "JB Calling collaboration";

/// The credential of a profile; `None` where it has none.
///
/// # Errors
/// The keyring is locked, or there is none.
pub fn get(profile: &str) -> Answer<Option<String>> {
    match entry(profile).and_then(|entry| entry.get_password()) {
        Ok(credential) => Ok(Some(credential)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

/// Keeps a credential; an empty one is taken away.
///
/// # Errors
/// The keyring is locked, or there is none.
pub fn set(profile: &str, credential: &str) -> Answer<()> {
    let entry = entry(profile).map_err(|error| refused(&error))?;
    let done = if credential.is_empty() {
        entry.delete_credential()
    } else {
        entry.set_password(credential)
    };
    match done {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(refused(&error)),
    }
}

fn entry(profile: &str) -> keyring::Result<Entry> {
    Entry::new(SERVICE, profile)
}

fn refused(error: &Error) -> ErrorView {
    errors::keyring(error)
}
