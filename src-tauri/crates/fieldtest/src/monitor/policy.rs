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
/// Shortest time between two spoken sentences. One recogniser writes the captions of all calls,
/// one sentence after the other, and translation and speech are single processes as well: a
/// sentence with every round would be a part of their load that people wait behind.
pub const CAPTIONS_EVERY: Duration = Duration::from_secs(300);
/// A sentence, from the socket to the last answer.
pub const CAPTIONS_LIMIT: Duration = Duration::from_secs(45);
/// And leaving its room.
pub const CAPTIONS_LEAVE_LIMIT: Duration = Duration::from_secs(10);
