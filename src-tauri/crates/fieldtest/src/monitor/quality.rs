//! How a call would sound: the E-model of ITU-T G.107, simplified to delay and loss as by Cole and
//! Rosenbluth ("Voice over IP performance monitoring", ACM SIGCOMM CCR 31(2), 2001).

/// R of a call without any impairment (G.107, default values).
const R_DEFAULT: f64 = 93.2;
/// Loss robustness with concealment (ITU-T G.113, G.711 with PLC): none is standardised for Opus,
/// which conceals no worse.
const LOSS_ROBUSTNESS: f64 = 25.1;
/// Delay that a packet of 20 ms, Opus' look-ahead and one frame of play-out add, ms.
const ENDS_MS: f64 = 46.5;
/// What a jitter buffer keeps, in units of the jitter.
const BUFFERED_JITTERS: f64 = 2.0;

/// Mean opinion score, 1 to 4.4 or so, of a call with this one-way delay and jitter (ms) through
/// the network and this share (0..=1) of lost packets.
pub fn mos(delay_ms: f64, jitter_ms: f64, loss: f64) -> f64 {
    let delay = delay_ms.max(0.0) + BUFFERED_JITTERS * jitter_ms.max(0.0) + ENDS_MS;
    // Cole and Rosenbluth's fit of the delay impairment.
    let by_delay = 0.024 * delay + 0.11 * (delay - 177.3).max(0.0);
    let percent = loss.clamp(0.0, 1.0) * 100.0;
    // G.107, effective equipment impairment at random loss.
    let by_loss = 95.0 * percent / (percent + LOSS_ROBUSTNESS);
    of_rating(R_DEFAULT - by_delay - by_loss)
}

/// G.107, annex B.
fn of_rating(r: f64) -> f64 {
    if r <= 0.0 {
        return 1.0;
    }
    let r = r.min(100.0);
    (1.0 + 0.035 * r + 7e-6 * r * (r - 60.0) * (100.0 - r)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_path_scores_high_and_a_bad_one_low() {
        let good = mos(10.0, 1.0, 0.0);
        assert!((4.3..4.5).contains(&good), "{good}");
        let far = mos(300.0, 10.0, 0.0);
        assert!((3.0..4.0).contains(&far), "{far}");
        let lossy = mos(20.0, 5.0, 0.1);
        assert!((2.5..3.8).contains(&lossy), "{lossy}");
        assert!(mos(2_000.0, 0.0, 0.5) < 1.2);
    }

    #[test]
    fn it_falls_with_delay_and_with_loss_and_stays_in_range() {
        let mut last = f64::MAX;
        for step in 0..100 {
            let score = mos(f64::from(step) * 10.0, 5.0, f64::from(step) / 200.0);
            assert!(score <= last && (1.0..=4.5).contains(&score));
            last = score;
        }
    }
}
