//! Which of a device's formats to use.

use cpal::{
    BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange,
};

use crate::{AudioError, Direction, SAMPLE_RATE};

/// What a stream is opened with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) config: StreamConfig,
    pub(super) sample: SampleFormat,
}

/// The format that needs the least work: floats, 48 kHz, few channels. Blocks of 20 ms.
pub(super) fn choose(
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
    direction: Direction,
) -> Result<Format, AudioError> {
    ranges
        .filter_map(|range| rate(&range, direction))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, format)| format)
        .ok_or_else(|| AudioError::Format {
            details: "the device offers no format of 16 bits, 32 bits or floats".to_owned(),
        })
}

/// What a range costs, and what to take of it.
fn rate(range: &SupportedStreamConfigRange, direction: Direction) -> Option<(u64, Format)> {
    let sample = range.sample_format();
    let sample_cost = match sample {
        SampleFormat::F32 => 0,
        SampleFormat::I16 => 1,
        SampleFormat::I32 => 2,
        _ => return None,
    };
    let usual_channels: u16 = match direction {
        Direction::Input => 1,
        Direction::Output => 2,
    };
    let channel_cost = u64::from(range.channels().abs_diff(usual_channels));
    let rate = SAMPLE_RATE.clamp(range.min_sample_rate(), range.max_sample_rate());
    // Upwards loses nothing.
    let rate_cost = match rate {
        SAMPLE_RATE => 0,
        r if r > SAMPLE_RATE => 1,
        r => u64::from(2 + (SAMPLE_RATE - r) / 1000),
    };
    let block = rate / 50;
    let buffer_size = match range.buffer_size() {
        SupportedBufferSize::Range { min, max } if (*min..=*max).contains(&block) => {
            BufferSize::Fixed(block)
        }
        _ => BufferSize::Default,
    };
    let format = Format {
        config: StreamConfig {
            channels: range.channels(),
            sample_rate: rate,
            buffer_size,
        },
        sample,
    };
    Some((rate_cost * 10_000 + channel_cost * 10 + sample_cost, format))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(channels: u16, rates: (u32, u32), sample: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 16, max: 4096 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, sample)
    }

    #[test]
    fn the_right_rate_comes_before_channels_and_sample_format() {
        let offered = [
            range(1, (44_100, 44_100), SampleFormat::F32),
            range(2, (8_000, 96_000), SampleFormat::I16),
            range(6, (8_000, 96_000), SampleFormat::F32),
            range(1, (8_000, 96_000), SampleFormat::U8),
        ];
        let chosen = choose(offered.into_iter(), Direction::Input).expect("one of them");
        assert_eq!(chosen.config.sample_rate, 48_000);
        assert_eq!(chosen.config.channels, 2);
        assert_eq!(chosen.sample, SampleFormat::I16);
        assert_eq!(chosen.config.buffer_size, BufferSize::Fixed(960));
    }

    #[test]
    fn another_rate_is_taken_where_it_must_be() {
        let offered = [
            range(1, (8_000, 16_000), SampleFormat::F32),
            range(1, (96_000, 192_000), SampleFormat::F32),
        ];
        let chosen = choose(offered.into_iter(), Direction::Input).expect("one of them");
        assert_eq!(chosen.config.sample_rate, 96_000);
    }

    #[test]
    fn no_usable_format_is_an_error() {
        let offered = [range(1, (48_000, 48_000), SampleFormat::U8)];
        let error = choose(offered.into_iter(), Direction::Output).err();
        assert_eq!(error.map(|e| e.code()), Some("audio.format"));
    }
}
