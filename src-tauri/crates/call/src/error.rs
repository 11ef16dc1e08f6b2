//! Errors as a person meets them: a stable code, a sentence, and details without anything
//! personal in it.

use audio::{AudioError, Direction};
use media::MediaError;
use signaling::RequestError;

use crate::view::ErrorView;

/// A sentence with a code.
pub(crate) fn view(
    code: &str,
    message: impl Into<String>,
    details: impl Into<String>,
) -> ErrorView {
    ErrorView {
        code: code.to_owned(),
        message: message.into(),
        details: details.into(),
    }
}

pub(crate) fn gateway_unreachable(host: &str) -> ErrorView {
    view(
        "gateway.unreachable",
        format!(
            "The gateway {host} cannot be reached. Check the address and the internet \
             connection, then try again."
        ),
        "",
    )
}

pub(crate) fn media_unreachable() -> ErrorView {
    view(
        "media.unreachable",
        "This network blocks the media connection. Try another network, such as a phone \
         hotspot, or set a relay (TURN) server in the settings.",
        "",
    )
}

pub(crate) fn media_lost() -> ErrorView {
    view(
        "media.lost",
        "The media connection was lost. Check the network and join again.",
        "",
    )
}

/// A request that failed. The gateway's details stay out: they may hold the room or addresses.
pub(crate) fn request(error: &RequestError) -> ErrorView {
    let details = match error.gateway() {
        Some(refusal) => format!("{}: {:?}", refusal.request, refusal.cause),
        None => error.request().to_string(),
    };
    view(error.code(), sentence(error.to_string()), details)
}

/// Parameters or packets that cannot be used.
pub(crate) fn media(error: &MediaError) -> ErrorView {
    view(
        error.code(),
        format!(
            "The media connection cannot be set up: {error}. Try again; if it persists, check \
             the gateway's address and update this program."
        ),
        "",
    )
}

/// A microphone that cannot be used.
pub(crate) fn microphone(error: &AudioError) -> ErrorView {
    let remedy = match error {
        AudioError::NoDevice { .. } => "Plug one in or choose another one.",
        AudioError::Busy { .. } => "Close the other program or choose another microphone.",
        AudioError::Permission { .. } => "Allow it in the system's settings.",
        AudioError::File { .. } => "Check the file.",
        _ => "Choose another microphone.",
    };
    sound("microphone", error, remedy, Direction::Input)
}

/// A speaker that cannot be used.
pub(crate) fn speaker(error: &AudioError) -> ErrorView {
    let remedy = match error {
        AudioError::Busy { .. } => "Close the other program or choose another speaker.",
        AudioError::File { .. } => "Check the path and whether it may be written.",
        _ => "Choose another speaker.",
    };
    sound("speaker", error, remedy, Direction::Output)
}

fn sound(device: &str, error: &AudioError, remedy: &str, direction: Direction) -> ErrorView {
    let without = match direction {
        Direction::Input => "The call goes on without a microphone",
        Direction::Output => "The call goes on without sound from this computer",
    };
    view(
        error.code(),
        format!("The {device} cannot be used: {error}. {without}. {remedy}"),
        "",
    )
}

fn sentence(mut text: String) -> String {
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
