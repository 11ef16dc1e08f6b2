//! Who joins which room, and when.

use std::time::Duration;

/// One participant to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Which room, from 0.
    pub room: usize,
    /// Which participant of that room, from 0.
    pub seat: usize,
    /// When, after the beginning.
    pub at: Duration,
}

/// The schedule: room by room, so that there is sound from the first seconds on, evenly spread
/// over the ramp.
pub fn schedule(rooms: usize, per_room: usize, ramp: Duration) -> Vec<Seat> {
    let count = rooms.saturating_mul(per_room);
    let gaps = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX);
    let gap = ramp.checked_div(gaps).unwrap_or_default();
    (0..count)
        .map(|index| Seat {
            room: index / per_room.max(1),
            seat: index % per_room.max(1),
            at: gap.saturating_mul(u32::try_from(index).unwrap_or(u32::MAX)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_fill_one_after_the_other_over_the_whole_ramp() {
        let seats = schedule(3, 2, Duration::from_secs(10));
        let places: Vec<_> = seats.iter().map(|seat| (seat.room, seat.seat)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]);
        let times: Vec<_> = seats.iter().map(|seat| seat.at.as_secs()).collect();
        assert_eq!(times, [0, 2, 4, 6, 8, 10]);
    }

    #[test]
    fn no_ramp_and_nobody_are_possible() {
        assert!(schedule(0, 3, Duration::from_secs(1)).is_empty());
        assert!(schedule(3, 0, Duration::from_secs(1)).is_empty());
        let at_once = schedule(2, 2, Duration::ZERO);
        assert!(at_once.iter().all(|seat| seat.at == Duration::ZERO));
        assert_eq!(schedule(1, 1, Duration::from_secs(9)).len(), 1);
    }
}
