//! Every bound, threshold and interval of the load generator.

use std::time::Duration;

/// Participants of one process at most: several hundred fit on a core.
pub const PARTICIPANTS: usize = 1_000;
/// Participants in one room at most: each receives all others.
pub const PER_ROOM: usize = 50;
/// Tracks received by all participants at most: what one computer can receive.
pub const TRACKS: usize = 5_000;
/// How many participants a host on the internet gets without the operator's word.
pub const FOREIGN_PARTICIPANTS: usize = 5;
/// How many participants a server gets without the operator's word while others use it.
pub const PARTICIPANTS_BESIDE_OTHERS: usize = 2;
/// Files that one participant needs: one socket for the gateway, one for each direction of
/// media, some for timers and names.
pub const FILES_PER_PARTICIPANT: u64 = 5;
/// Files that the process needs besides.
pub const FILES_BESIDES: u64 = 64;

/// How often progress is told.
pub const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);
/// How often the gateway's `/health` is asked; operators ask for no more.
pub const HEALTH_INTERVAL: Duration = Duration::from_secs(5);
/// How long a participant may take to be connected before it counts as failed.
pub const SETTLE_LIMIT: Duration = Duration::from_secs(45);
/// Silence of a track at the end that makes it one that was not received.
pub const SILENT_MS: f64 = 1_000.0;
/// Share of packets that may be missing from a track that was received well.
pub const LOSS_WELL: f64 = 0.02;
/// Share of lost packets of all tracks within an interval at which the deployment fails.
pub const LOSS_FAILING: f64 = 0.05;
/// Delay of nine of ten packets within an interval at which the deployment fails, ms.
pub const DELAY_FAILING_MS: f64 = 400.0;
/// Intervals in a row that must be that bad.
pub const BAD_INTERVALS: usize = 3;

/// Share of the computer's cores in use at which the client itself is the limit.
pub const OWN_CPU_FULL: f64 = 0.9;
/// Share of an interval that threads of this process waited for a core at which the client
/// itself is the limit.
pub const OWN_RUN_QUEUE_FULL: f64 = 0.5;
/// Mean lateness of the timer at which the client itself is the limit, ms.
pub const OWN_TIMER_LATE_MS: f64 = 10.0;
/// Share of the file limit in use at which the client itself is the limit.
pub const OWN_FILES_FULL: f64 = 0.95;
