//! Ids as the real gateway makes them.

use rand::RngExt;
use rand::rngs::StdRng;

const BASE_36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn letters(rng: &mut StdRng, count: usize) -> String {
    (0..count)
        .map(|_| char::from(BASE_36[rng.random_range(0..BASE_36.len())]))
        .collect()
}

/// Such as `participant_1795211006805_62k5h7iet`.
pub(super) fn stamped(prefix: &str, unix_ms: u64, rng: &mut StdRng) -> String {
    format!("{prefix}_{unix_ms}_{}", letters(rng, 9))
}

/// 32 letters or digits, as mediasoup's ICE credentials.
pub(super) fn credential(rng: &mut StdRng) -> String {
    letters(rng, 32)
}

/// A random UUID (RFC 9562, version 4).
pub(super) fn uuid(rng: &mut StdRng) -> String {
    let bits = (rng.random::<u128>() & !(0xF << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| &hex[from..to]).join("-")
}

/// Two SSRCs in a row, for media and retransmissions, in the range that mediasoup uses.
pub(super) fn ssrc(rng: &mut StdRng) -> u32 {
    rng.random_range(100_000_000..900_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn ids_have_their_shapes() {
        let mut rng = StdRng::seed_from_u64(1);
        let id = uuid(&mut rng);
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]));
        assert_ne!(id, uuid(&mut rng));
        assert_eq!(credential(&mut rng).len(), 32);
        let id = stamped("participant", 1_795_211_006_805, &mut rng);
        assert!(id.starts_with("participant_1795211006805_"));
        assert_eq!(id.len(), 35);
    }
}
