//! Refusals in the real gateway's words.

use signaling::wire::Failure;

pub(super) const NOT_IN_ROOM: &str = "Participant not in room";
pub(super) const CANNOT_CONSUME: &str = "Cannot consume producer with given RTP capabilities";

/// mediasoup's text for a full gateway.
pub(super) fn no_ports(ip: &str, method: &str) -> String {
    format!("no more available ports [protocol:udp, ip:'{ip}', numAttempt:3] [method:{method}]")
}

fn failure(code: &str, message: &str, details: impl Into<String>) -> Failure {
    Failure {
        code: code.to_owned(),
        message: message.to_owned(),
        details: details.into(),
    }
}

pub(super) fn join_input() -> Failure {
    failure("ERR_INVALID_INPUT", "roomId và name là bắt buộc", "")
}

pub(super) fn join(details: impl Into<String>) -> Failure {
    failure("ERR_JOIN_ROOM", "Không thể join room", details)
}

pub(super) fn create_room(details: impl Into<String>) -> Failure {
    failure("ERR_CREATE_ROOM", "Không thể tạo room", details)
}

pub(super) fn transport(details: impl Into<String>) -> Failure {
    failure("ERR_CREATE_TRANSPORT", "Không thể tạo transport", details)
}

pub(super) fn producer(details: impl Into<String>) -> Failure {
    failure("ERR_CREATE_PRODUCER", "Không thể tạo producer", details)
}

pub(super) fn consumer(details: impl Into<String>) -> Failure {
    failure("ERR_CREATE_CONSUMER", "Không thể tạo consumer", details)
}

pub(super) fn capabilities(details: impl Into<String>) -> Failure {
    failure("ERR_GET_RTP_CAPABILITIES", "", details)
}

/// For requests whose answers carry nothing but the reason.
pub(super) fn bare(details: impl Into<String>) -> Failure {
    failure("", "", details)
}
