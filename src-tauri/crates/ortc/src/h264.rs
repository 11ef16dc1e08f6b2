//! H.264 profiles and levels (RFC 6184, section 8.1), as libwebrtc and mediasoup-client match them.

use serde_json::Value;

use crate::CodecSettings;

const PROFILE_LEVEL_ID: &str = "profile-level-id";
/// For levels 1b and 1.1, which share a `level_idc`.
const CONSTRAINT_SET_3: u8 = 0x10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    ConstrainedBaseline,
    Baseline,
    Main,
    ConstrainedHigh,
    High,
    PredictiveHigh444,
}

/// `profile_idc`, mask and value of `profile_iop`, and the profile they mean.
const PROFILES: [(u8, u8, u8, Profile); 9] = [
    (0x42, 0b0100_1111, 0b0100_0000, Profile::ConstrainedBaseline),
    (0x4d, 0b1000_1111, 0b1000_0000, Profile::ConstrainedBaseline),
    (0x58, 0b1100_1111, 0b1100_0000, Profile::ConstrainedBaseline),
    (0x42, 0b0100_1111, 0b0000_0000, Profile::Baseline),
    (0x58, 0b1100_1111, 0b1000_0000, Profile::Baseline),
    (0x4d, 0b1010_1111, 0b0000_0000, Profile::Main),
    (0x64, 0b1111_1111, 0b0000_0000, Profile::High),
    (0x64, 0b1111_1111, 0b0000_1100, Profile::ConstrainedHigh),
    (0xf4, 0b1111_1111, 0b0000_0000, Profile::PredictiveHigh444),
];

/// `level_idc`, with 0 for level 1b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level(u8);

const LEVEL_1B: Level = Level(0);
const LEVEL_1: Level = Level(10);
const LEVELS: [u8; 16] = [
    10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52,
];

impl Level {
    fn is_less(self, other: Self) -> bool {
        if self == LEVEL_1B {
            return other != LEVEL_1 && other != LEVEL_1B;
        }
        if other == LEVEL_1B {
            return self != LEVEL_1;
        }
        self.0 < other.0
    }

    fn min(self, other: Self) -> Self {
        if self.is_less(other) { self } else { other }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProfileLevel {
    profile: Profile,
    level: Level,
}

/// What libwebrtc assumes when no `profile-level-id` is given (RFC 6184 would say Baseline, 1).
const DEFAULT: ProfileLevel = ProfileLevel {
    profile: Profile::ConstrainedBaseline,
    level: Level(31),
};

impl ProfileLevel {
    fn parse(text: &str) -> Option<Self> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, profile_idc, profile_iop, level_idc] =
            u32::from_str_radix(text, 16).ok()?.to_be_bytes();
        if !LEVELS.contains(&level_idc) {
            return None;
        }
        let level = match level_idc {
            11 if profile_iop & CONSTRAINT_SET_3 != 0 => LEVEL_1B,
            level_idc => Level(level_idc),
        };
        PROFILES
            .iter()
            .find(|(idc, mask, value, _)| *idc == profile_idc && profile_iop & mask == *value)
            .map(|(.., profile)| Self {
                profile: *profile,
                level,
            })
    }

    fn of(settings: &CodecSettings) -> Option<Self> {
        match settings.get(PROFILE_LEVEL_ID) {
            None | Some(Value::Null) => Some(DEFAULT),
            Some(Value::String(text)) if text.is_empty() => Some(DEFAULT),
            Some(Value::String(text)) => Self::parse(text),
            Some(_) => None,
        }
    }

    /// `None` for level 1b in a profile that has none.
    fn canonical(self) -> Option<String> {
        if self.level == LEVEL_1B {
            return match self.profile {
                Profile::ConstrainedBaseline => Some("42f00b".into()),
                Profile::Baseline => Some("42100b".into()),
                Profile::Main => Some("4d100b".into()),
                _ => None,
            };
        }
        let profile = match self.profile {
            Profile::ConstrainedBaseline => "42e0",
            Profile::Baseline => "4200",
            Profile::Main => "4d00",
            Profile::ConstrainedHigh => "640c",
            Profile::High => "6400",
            Profile::PredictiveHigh444 => "f400",
        };
        Some(format!("{profile}{:02x}", self.level.0))
    }
}

/// The `profile-level-id` both sides will use, if their profiles are the same: the local level
/// where both allow asymmetry, the lower one otherwise. The inner value is `None` where the
/// parameter is to be left out.
pub(crate) fn agree(local: &CodecSettings, remote: &CodecSettings) -> Option<Option<String>> {
    let (local_id, remote_id) = (ProfileLevel::of(local)?, ProfileLevel::of(remote)?);
    if local_id.profile != remote_id.profile {
        return None;
    }
    if !is_given(local) && !is_given(remote) {
        return Some(None);
    }
    let level = if asymmetry_allowed(local) && asymmetry_allowed(remote) {
        local_id.level
    } else {
        local_id.level.min(remote_id.level)
    };
    let agreed = ProfileLevel {
        profile: local_id.profile,
        level,
    };
    Some(agreed.canonical())
}

/// Writes what [`agree`] gave into a codec's parameters.
pub(crate) fn settle(settings: &mut CodecSettings, agreed: Option<&String>) {
    match agreed {
        Some(id) => settings.insert(PROFILE_LEVEL_ID.into(), id.clone().into()),
        None => settings.remove(PROFILE_LEVEL_ID),
    };
}

fn is_given(settings: &CodecSettings) -> bool {
    match settings.get(PROFILE_LEVEL_ID) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

fn asymmetry_allowed(settings: &CodecSettings) -> bool {
    match settings.get("level-asymmetry-allowed") {
        Some(Value::Bool(allowed)) => *allowed,
        Some(Value::Number(number)) => number.as_f64() == Some(1.0),
        Some(Value::String(text)) => text == "1",
        _ => false,
    }
}
