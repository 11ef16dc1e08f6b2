//! What an Opus packet's first bytes tell without decoding it (RFC 6716, section 3).

/// The longest an Opus packet may last: 120 ms.
const LONGEST_SAMPLES: u32 = 5760;

/// Duration in samples of 48 kHz; `None` when it is no Opus packet.
pub(super) fn duration(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let frames = match toc & 0x3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*packet.get(1)? & 0x3f),
    };
    let samples = frames * frame_samples(toc);
    (1..=LONGEST_SAMPLES).contains(&samples).then_some(samples)
}

fn frame_samples(toc: u8) -> u32 {
    let config = toc >> 3;
    match config {
        0..=11 => [480, 960, 1920, 2880][usize::from(config & 0x3)],
        12..=15 => [480, 960][usize::from(config & 0x1)],
        _ => [120, 240, 480, 960][usize::from(config & 0x3)],
    }
}

/// Whether the packet carries a rough copy of the one before (LBRR). Only packets of one or
/// two frames of equal size are looked into, which is all that anybody sends for speech.
pub(super) fn has_fec(packet: &[u8]) -> bool {
    let Some(&toc) = packet.first() else {
        return false;
    };
    if toc >> 3 >= 16 || toc & 0x3 > 1 {
        return false;
    }
    let Some(&first) = packet.get(1) else {
        return false;
    };
    let silk_frames = (frame_samples(toc) / 960).max(1);
    (first >> (7 - silk_frames)) & 1 == 1
}

/// Whether it is what an encoder sends in a pause (DTX).
pub(super) fn is_pause(packet: &[u8]) -> bool {
    packet.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_follow_the_table_of_configurations() {
        assert_eq!(duration(&[0x08 | 0x78, 0]), Some(960), "hybrid, 20 ms");
        assert_eq!(duration(&[31 << 3, 0]), Some(960), "CELT, 20 ms");
        assert_eq!(duration(&[16 << 3, 0]), Some(120), "CELT, 2.5 ms");
        assert_eq!(duration(&[3 << 3, 0]), Some(2880), "SILK, 60 ms");
        assert_eq!(duration(&[(3 << 3) | 1, 0]), Some(5760), "two of them");
        assert_eq!(duration(&[(31 << 3) | 3, 6]), Some(5760), "six of 20 ms");
        assert_eq!(duration(&[(31 << 3) | 3, 7]), None, "longer than allowed");
        assert_eq!(duration(&[(31 << 3) | 3, 0]), None, "no frame");
        assert_eq!(duration(&[(31 << 3) | 3]), None, "cut off");
        assert_eq!(duration(&[]), None);
    }

    #[test]
    fn fec_is_seen_in_packets_of_a_real_encoder() {
        use opus::{Application, Channels, Encoder};
        let mut seen = [false, false];
        for (i, fec) in [true, false].into_iter().enumerate() {
            let mut encoder =
                Encoder::new(48_000, Channels::Mono, Application::Voip).expect("settings");
            encoder.set_inband_fec(fec).expect("settings");
            encoder.set_packet_loss_perc(20).expect("settings");
            encoder
                .set_bitrate(opus::Bitrate::Bits(32_000))
                .expect("settings");
            for frame in 0..50 {
                let sound: Vec<f32> = (0..960)
                    .map(|n| {
                        let t = (frame * 960 + n) as f32 / 48_000.0;
                        (t * 200.0 * std::f32::consts::TAU).sin() * (t * 3.0).sin() * 0.4
                    })
                    .collect();
                let packet = encoder.encode_vec_float(&sound, 1000).expect("encoded");
                assert_eq!(duration(&packet), Some(960));
                seen[i] |= has_fec(&packet);
            }
        }
        assert_eq!(seen, [true, false]);
    }
}
