//! Encodes a spoken sentence for the pipeline's probe, see `assets/README.md`: raw samples (48 kHz,
//! mono, 16 bit, little-endian) from standard input, frames to standard output.

use std::io::{Read, Write};

use audio::{FRAME_SAMPLES, Level, SAMPLE_RATE};
use opus::{Application, Bitrate, Channels, Encoder};

/// Half of what a call sends by default: enough for a recogniser.
const BITRATE: i32 = 24_000;
/// The pause after the sentence: one second.
const PAUSE_FRAMES: usize = 50;
/// Of its noise, which no one hears. Complete silence would be encoded in packets so short that the
/// gateway drops them, and then never notices that the sentence is over.
const PAUSE_AMPLITUDE: f32 = 0.0006;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut samples: Vec<f32> = pairs
        .iter()
        .map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0)
        .collect();
    samples.resize(samples.len().next_multiple_of(FRAME_SAMPLES), 0.0);
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        // Numerical Recipes' generator: any noise will do, the same each time.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        PAUSE_AMPLITUDE * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
    });
    samples.extend(noise.take(PAUSE_FRAMES * FRAME_SAMPLES));

    let mut encoder = Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
    encoder.set_bitrate(Bitrate::Bits(BITRATE))?;
    let mut out = std::io::stdout().lock();
    let mut buffer = [0; 1_200];
    for frame in samples.chunks_exact(FRAME_SAMPLES) {
        let length = encoder.encode_float(frame, &mut buffer)?;
        out.write_all(&[Level::of(frame).dbov()])?;
        out.write_all(&u16::try_from(length)?.to_be_bytes())?;
        out.write_all(&buffer[..length])?;
    }
    Ok(())
}
