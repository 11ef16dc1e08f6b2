//! Something that sounds like somebody talking: syllables of a low voice with changing vowels,
//! words and pauses. Generated, so that nothing has to be shipped.

use std::f32::consts::TAU;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

const RATE: u32 = 24_000;
const SECONDS: u32 = 12;

/// The first two formants of some vowels, Hz.
const VOWELS: [(f32, f32); 5] = [
    (730.0, 1_090.0),
    (530.0, 1_840.0),
    (270.0, 2_290.0),
    (570.0, 840.0),
    (300.0, 870.0),
];

/// Lengths of syllables of a sentence in seconds; negative ones are pauses.
const SENTENCE: [f32; 16] = [
    0.22, 0.16, -0.06, 0.20, 0.26, -0.10, 0.14, 0.18, 0.30, -0.35, 0.20, 0.16, -0.06, 0.24, 0.34,
    -0.60,
];

/// A WAV file that is there as long as this value.
pub struct SpeechFile(PathBuf);

impl SpeechFile {
    /// Writes it into the system's folder for temporary files.
    pub fn write() -> io::Result<Self> {
        let name = format!("jbcall-talker-{}.wav", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        let mut out = BufWriter::new(File::create(&file.0)?);
        write_wav(&mut out, &speech())?;
        out.flush()?;
        Ok(file)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SpeechFile {
    fn drop(&mut self) {
        // Left behind in the temporary folder at worst.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// 12 s, -1..=1.
fn speech() -> Vec<f32> {
    let wanted = (RATE * SECONDS) as usize;
    let mut samples = Vec::with_capacity(wanted);
    let mut syllable = 0;
    'speaking: loop {
        for length in SENTENCE {
            let count = (length.abs() * RATE as f32) as usize;
            if length < 0.0 {
                samples.extend(std::iter::repeat_n(0.0, count));
            } else {
                voice(&mut samples, count, syllable);
                syllable += 1;
            }
            if samples.len() >= wanted {
                break 'speaking;
            }
        }
    }
    samples.truncate(wanted);
    samples
}

/// Samples of one period of the voice.
const PERIOD: usize = 256;

/// One syllable: a falling voice that is as loud at each frequency as the vowel lets it be.
fn voice(samples: &mut Vec<f32>, count: usize, syllable: usize) {
    let vowel = VOWELS[syllable % VOWELS.len()];
    let pitch = 112.0 + 24.0 * ((syllable * 7 % 5) as f32 / 4.0);
    let period = period(pitch, vowel);
    let mut phase = 0.0f32;
    for at in 0..count {
        let place = at as f32 / count as f32;
        phase = (phase + pitch * (1.06 - 0.12 * place) / RATE as f32).fract();
        // Rises and falls like half a sine.
        let envelope = 4.0 * place * (1.0 - place);
        let sound = period[(phase * PERIOD as f32) as usize % PERIOD];
        samples.push(0.35 * envelope * sound);
    }
}

/// One period of a vowel: the harmonics of the voice as loud as the formants let them be.
fn period(pitch: f32, vowel: (f32, f32)) -> [f32; PERIOD] {
    let loud: [f32; 23] =
        std::array::from_fn(|harmonic| formant((harmonic + 1) as f32 * pitch, vowel));
    std::array::from_fn(|at| {
        let phase = at as f32 / PERIOD as f32 * TAU;
        let harmonics = loud.iter().enumerate();
        harmonics
            .map(|(harmonic, loud)| loud * (phase * (harmonic + 1) as f32).sin())
            .sum()
    })
}

/// How loud a vowel lets a frequency be.
fn formant(hz: f32, (first, second): (f32, f32)) -> f32 {
    let near = |center: f32, width: f32| 1.0 / (1.0 + ((hz - center) / width).powi(2));
    0.55 * near(first, 90.0) + 0.3 * near(second, 130.0) + 0.25 * near(130.0, 120.0)
}

/// 16 bit, mono.
fn write_wav(out: &mut impl Write, samples: &[f32]) -> io::Result<()> {
    let bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    out.write_all(b"RIFF")?;
    out.write_all(&(36 + bytes).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    out.write_all(&16u32.to_le_bytes())?;
    out.write_all(&1u16.to_le_bytes())?;
    out.write_all(&1u16.to_le_bytes())?;
    out.write_all(&RATE.to_le_bytes())?;
    out.write_all(&(RATE * 2).to_le_bytes())?;
    out.write_all(&2u16.to_le_bytes())?;
    out.write_all(&16u16.to_le_bytes())?;
    out.write_all(b"data")?;
    out.write_all(&bytes.to_le_bytes())?;
    for sample in samples {
        // Clamped, hence within 16 bit.
        let value = (sample.clamp(-1.0, 1.0) * 32_767.0) as i16;
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_loud_with_pauses_and_never_clips() {
        let samples = speech();
        assert_eq!(samples.len(), 288_000);
        assert!(samples.iter().all(|sample| sample.abs() < 1.0));
        let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
        assert!((0.003..0.2).contains(&power), "{power}");
        let silent = samples.iter().filter(|s| s.abs() < 1e-6).count();
        assert!(silent > samples.len() / 10, "{silent}");
    }

    #[test]
    fn the_file_goes_when_nobody_talks_any_more() {
        let file = SpeechFile::write().expect("it can be written");
        let path = file.path().to_owned();
        assert_eq!(
            std::fs::metadata(&path).expect("it is there").len(),
            44 + 2 * 288_000
        );
        drop(file);
        assert!(!path.exists());
    }
}
