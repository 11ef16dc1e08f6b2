//! Sequence numbers of one consumer.

/// Numbers the packets that a consumer gets: losses of the producer stay visible as gaps, while
/// packets that were held back during a pause leave none, so that the receiver does not take a
/// pause for a loss.
#[derive(Debug)]
pub(crate) struct Sequencer {
    /// Number for the next packet after a pause.
    next: u64,
    /// What is added to the producer's numbers, and the first of them it is valid for.
    mapping: Option<Mapping>,
}

#[derive(Debug)]
struct Mapping {
    from: u64,
    to: u64,
}

impl Sequencer {
    /// Starts at `first`. Receivers expect a number below 2^15 (RFC 3711, section 3.3.1: a wrap
    /// of the first numbers would be lost on them).
    pub(crate) fn new(first: u16) -> Self {
        Self {
            next: u64::from(first & 0x7FFF),
            mapping: None,
        }
    }

    /// The number for the producer's packet `incoming` (without wrapping), or `None` when the
    /// packet belongs before the pause.
    pub(crate) fn forward(&mut self, incoming: u64) -> Option<u64> {
        let mapping = self.mapping.get_or_insert(Mapping {
            from: incoming,
            to: self.next,
        });
        let outgoing = mapping.to + incoming.checked_sub(mapping.from)?;
        self.next = self.next.max(outgoing + 1);
        Some(outgoing)
    }

    /// Packets are held back from here on.
    pub(crate) fn pause(&mut self) {
        self.mapping = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_stay_and_pauses_vanish() {
        let mut sequencer = Sequencer::new(100);
        assert_eq!(sequencer.forward(65_535), Some(100));
        assert_eq!(sequencer.forward(65_537), Some(102), "one was lost");
        assert_eq!(sequencer.forward(65_536), Some(101), "and came late");
        sequencer.pause();
        assert_eq!(sequencer.forward(66_000), Some(103));
        assert_eq!(sequencer.forward(65_999), None, "from before the resume");
        assert_eq!(sequencer.forward(66_001), Some(104));
    }

    #[test]
    fn pausing_before_anything_flowed_changes_nothing() {
        let mut sequencer = Sequencer::new(u16::MAX);
        sequencer.pause();
        assert_eq!(sequencer.forward(5), Some(0x7FFF));
    }
}
