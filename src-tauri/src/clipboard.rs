//! Copying links and rooms.

use std::sync::Mutex;

use crate::errors::{self, Answer};

/// The system's clipboard. It is kept open: on X11 what was copied lives as long as the program
/// that offers it.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Puts text into the clipboard.
    ///
    /// # Errors
    /// No clipboard is to be had, or it refuses.
    pub fn copy(&self, text: String) -> Answer<()> {
        let mut open = self.0.lock().map_err(errors::internal)?;
        if open.is_none() {
            *open = Some(arboard::Clipboard::new().map_err(errors::internal)?);
        }
        match open.as_mut() {
            Some(clipboard) => clipboard.set_text(text).map_err(errors::internal),
            None => Ok(()),
        }
    }
}
