//! Errors as the page needs them: a code to translate, an English sentence, details.

use audio::AudioError;
use call::view::ErrorView;
use signaling::LinkError;

/// What every command answers.
pub type Answer<T> = Result<T, ErrorView>;

/// An error of the shell itself.
pub fn internal(error: impl std::fmt::Display) -> ErrorView {
    view("app.internal", "Something in the program failed.", error)
}

/// The settings could not be written.
pub fn settings_not_saved(error: impl std::fmt::Display) -> ErrorView {
    view(
        "settings.not-saved",
        "Your settings hold until the program ends, but could not be saved.",
        error,
    )
}

/// There is no finished test to save.
pub fn no_report() -> ErrorView {
    view(
        "doctor.none",
        "There is no finished test. Run it first.",
        "",
    )
}

/// A report could not be written.
pub fn report_not_saved(error: impl std::fmt::Display) -> ErrorView {
    view(
        "report.not-saved",
        "The report could not be saved. Check that there is room on the disk.",
        error,
    )
}

/// A command that needs a call, or a prepared room, without one.
pub fn no_call() -> ErrorView {
    view("call.none", "There is no call.", "")
}

/// A command that needs a record, without one.
pub fn no_record() -> ErrorView {
    view("collab.none", "No record is open.", "")
}

/// The session of a record ended by itself, which is a fault of this program.
pub fn record_lost() -> ErrorView {
    view(
        "collab.lost",
        "The record was closed by a fault. Open it again.",
        "",
    )
}

/// Another record was opened while this one was being opened.
pub fn record_superseded() -> ErrorView {
    view("collab.superseded", "Another record was opened.", "")
}

/// There is no profile of this name.
pub fn no_profile(name: &str) -> ErrorView {
    let message = format!("There is no profile \"{name}\".");
    view("collab.no-profile", message, "")
}

/// The keyring does not keep a credential, or does not give it.
pub fn keyring(error: &keyring::Error) -> ErrorView {
    view(
        "collab.keyring",
        "The system's keyring cannot be used. Unlock it, or install one such as gnome-keyring.",
        error,
    )
}

/// An error that has a code of its own.
pub fn coded(code: &str, error: impl std::fmt::Display) -> ErrorView {
    view(code, error, "")
}

/// The gateway address in the settings is no address.
pub fn server_override(error: url::ParseError) -> ErrorView {
    view(
        "settings.server-override",
        "The server address in the settings cannot be read. Correct it or clear it.",
        error,
    )
}

/// What somebody pasted or clicked is no link to a room.
pub fn link(error: &LinkError) -> ErrorView {
    coded(error.code(), error)
}

/// Sound does not work.
pub fn audio(error: &AudioError) -> ErrorView {
    coded(error.code(), error)
}

fn view(code: &str, message: impl std::fmt::Display, details: impl std::fmt::Display) -> ErrorView {
    ErrorView {
        code: code.into(),
        message: message.to_string(),
        details: details.to_string(),
    }
}
