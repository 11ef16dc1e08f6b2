//! Every limit and interval of the probe.

use std::time::Duration;

/// From the start of a round to media in the wanted directions.
pub const SETTLE_LIMIT: Duration = Duration::from_secs(30);
/// From there to the first audible packet.
pub const AUDIBLE_LIMIT: Duration = Duration::from_secs(8);
/// How long is listened after that: enough packets to see a loss of one percent.
pub const LISTEN: Duration = Duration::from_secs(3);
/// A round that takes longer than this is given up, whatever it waits for.
pub const ROUND_LIMIT: Duration = Duration::from_secs(60);
/// Loss above this is a failure of the media, 0 to 1.
pub const LOSS_FAILED: f64 = 0.2;
/// Shortest time between the beginnings of two rounds: gateways are for people.
pub const SHORTEST_EVERY: Duration = Duration::from_secs(1);
/// A gateway that began this much later than it was thought to was restarted; less is the
/// coarseness of the answers.
pub const RESTART_SLACK: Duration = Duration::from_millis(1_500);
