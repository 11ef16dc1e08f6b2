//! Names of the events that the shell sends to the page.

/// The call as it is now: [`call::view::CallView`].
pub const CALL_VIEW: &str = "call-view";
/// Levels during a call, at 10 Hz: [`call::view::LevelsView`].
pub const CALL_LEVELS: &str = "call-levels";
/// The call is over: [`call::view::EndReason`].
pub const CALL_ENDED: &str = "call-ended";
/// A link was opened while the program runs: its text.
pub const OPEN_LINK: &str = "open-link";
/// Numbers of the call and what happened, once a second while somebody looks:
/// [`crate::stats::CallStats`].
pub const CALL_STATS: &str = "call-stats";
/// A rung of the doctor's ladder: [`crate::doctor`].
pub const DOCTOR_PROGRESS: &str = "doctor-progress";
/// What changed in the record that is open: [`collab::view::CollabUpdate`].
pub const COLLAB_UPDATE: &str = "collab-update";
/// The record was closed by something else than the page: why.
pub const COLLAB_CLOSED: &str = "collab-closed";
/// Something asks for a record: [`crate::record::boundary::RecordRequest`].
pub const OPEN_RECORD: &str = "open-record";
/// Level of the microphone before a call, at 10 Hz: [`crate::meter::MeterView`].
pub const METER: &str = "meter";
