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
    view(error.code(), error, "")
}

/// Sound does not work.
pub fn audio(error: &AudioError) -> ErrorView {
    view(error.code(), error, "")
}

fn view(code: &str, message: impl std::fmt::Display, details: impl std::fmt::Display) -> ErrorView {
    ErrorView {
        code: code.into(),
        message: message.to_string(),
        details: details.to_string(),
    }
}
