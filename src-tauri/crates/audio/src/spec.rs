//! Where sound comes from and goes to, as a person writes it.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where sound comes from.
///
/// As text: `default`, `none`, `silence`, `tone:440` (Hz), a path that ends in `.wav`, or
/// else a device by id or name.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceSpec {
    /// A microphone by id or name; `None` is the system's default.
    Device(Option<String>),
    /// A WAV file of any rate and number of channels, in real time.
    Wav {
        /// The file.
        path: PathBuf,
        /// Start again at the end, otherwise the source ends.
        repeat: bool,
    },
    /// A sine wave at -12 dBFS.
    Tone {
        /// Frequency in Hz.
        hz: f32,
    },
    /// Frames of silence.
    Silence,
    /// No source: no frames at all, as a person without a microphone.
    None,
}

impl FromStr for SourceSpec {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let trimmed = text.trim();
        let tone = trimmed
            .strip_prefix("tone:")
            .and_then(|hz| hz.parse::<f32>().ok())
            .filter(|hz| *hz > 0.0 && *hz < 20_000.0);
        Ok(match (trimmed, tone) {
            (_, Some(hz)) => Self::Tone { hz },
            ("" | "default", _) => Self::Device(None),
            ("none", _) => Self::None,
            ("silence", _) => Self::Silence,
            _ if is_wav(trimmed) => Self::Wav {
                path: PathBuf::from(trimmed),
                repeat: true,
            },
            _ => Self::Device(Some(trimmed.to_owned())),
        })
    }
}

impl fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(None) => f.write_str("default"),
            Self::Device(Some(name)) => f.write_str(name),
            Self::Wav { path, .. } => write!(f, "{}", path.display()),
            Self::Tone { hz } => write!(f, "tone:{hz}"),
            Self::Silence => f.write_str("silence"),
            Self::None => f.write_str("none"),
        }
    }
}

/// Where sound goes to.
///
/// As text: `default`, `none`, a path that ends in `.wav`, or else a device by id or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkSpec {
    /// A speaker by id or name; `None` is the system's default.
    Device(Option<String>),
    /// A WAV file, 48 kHz, mono, 16 bit, in real time; its header is valid at any moment.
    Wav(PathBuf),
    /// Nowhere, in real time.
    Null,
}

impl FromStr for SinkSpec {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let trimmed = text.trim();
        Ok(match trimmed {
            "" | "default" => Self::Device(None),
            "none" | "null" => Self::Null,
            _ if is_wav(trimmed) => Self::Wav(PathBuf::from(trimmed)),
            _ => Self::Device(Some(trimmed.to_owned())),
        })
    }
}

impl fmt::Display for SinkSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(None) => f.write_str("default"),
            Self::Device(Some(name)) => f.write_str(name),
            Self::Wav(path) => write!(f, "{}", path.display()),
            Self::Null => f.write_str("none"),
        }
    }
}

fn is_wav(text: &str) -> bool {
    text.len() > 4 && text.to_ascii_lowercase().ends_with(".wav")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_as_people_write_them() {
        let parse = |text: &str| text.parse::<SourceSpec>().expect("infallible");
        assert_eq!(parse("tone:440"), SourceSpec::Tone { hz: 440.0 });
        assert_eq!(parse("default"), SourceSpec::Device(None));
        assert_eq!(parse("none"), SourceSpec::None);
        assert_eq!(
            parse("a/Talk.WAV"),
            SourceSpec::Wav {
                path: "a/Talk.WAV".into(),
                repeat: true
            }
        );
        assert_eq!(
            parse("USB Headset"),
            SourceSpec::Device(Some("USB Headset".into()))
        );
        assert_eq!(
            parse("tone:much"),
            SourceSpec::Device(Some("tone:much".into())),
            "not a tone: looked for as a device, and reported as missing"
        );
    }

    #[test]
    fn specs_survive_being_printed() {
        for text in ["default", "none", "tone:440", "silence", "x.wav", "Headset"] {
            let spec: SourceSpec = text.parse().expect("infallible");
            assert_eq!(spec.to_string(), text);
        }
        for text in ["default", "none", "x.wav", "Headset"] {
            let spec: SinkSpec = text.parse().expect("infallible");
            assert_eq!(spec.to_string(), text);
        }
    }
}
