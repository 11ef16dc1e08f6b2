//! Why there is no connection, in words for a person.

use socketio::{ConnectError, DisconnectReason};

use crate::view::ReasonView;

/// What python-socketio says by itself, without its operator's doing.
const DEFAULT_REFUSALS: [&str; 2] = ["Connection rejected by server", "Unable to connect"];

/// An attempt failed.
pub(super) fn failed(error: &ConnectError) -> ReasonView {
    let refusal = refusal(error);
    ReasonView {
        code: error.code().to_owned(),
        message: match (error, &refusal) {
            (ConnectError::NamespaceSilent { .. }, _) => {
                "The service is there but does not answer: it may want other credentials, or \
                 none. Check which deployment is chosen."
                    .to_owned()
            }
            (_, Some(_)) => "The service refused this connection. Ask its operator.".to_owned(),
            _ => sentence(error),
        },
        details: refusal.unwrap_or_default().to_owned(),
    }
}

/// A connection was lost.
pub(super) fn lost(reason: &DisconnectReason) -> ReasonView {
    ReasonView {
        code: reason.code().to_owned(),
        message: sentence(reason),
        details: String::new(),
    }
}

/// Whether the same may go well later without anybody having changed their mind: a library's own
/// words mean a server that is not itself at the moment, an operator's are meant.
pub(super) fn is_worth_retrying(error: &ConnectError) -> bool {
    refusal(error).is_some_and(|words| DEFAULT_REFUSALS.contains(&words))
}

/// The service's own words, where it refused.
fn refusal(error: &ConnectError) -> Option<&str> {
    match error {
        ConnectError::Refused { message, .. } => Some(message),
        ConnectError::BothTransports { polling, .. } => refusal(polling),
        _ => None,
    }
}

fn sentence(of: &impl std::fmt::Display) -> String {
    let text = of.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(['.'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_librarys_refusal_is_tried_again_and_an_operators_is_not() {
        let refused = |message: &str| ConnectError::Refused {
            message: message.to_owned(),
            data: None,
        };
        assert!(is_worth_retrying(&refused("Connection rejected by server")));
        assert!(is_worth_retrying(&refused("Unable to connect")));
        assert!(!is_worth_retrying(&refused("Your account is closed")));
        let both = ConnectError::BothTransports {
            websocket: Box::new(refused("no")),
            polling: Box::new(refused("Your account is closed")),
        };
        assert!(!is_worth_retrying(&both));
        assert_eq!(failed(&both).details, "Your account is closed");
    }
}
