//! VP9 profiles (RTP payload format for VP9, `profile-id`).

use crate::CodecSettings;
use crate::negotiation::number;

/// Whether both name the same profile; 0 is meant when none is named.
pub(crate) fn same_profile(a: &CodecSettings, b: &CodecSettings) -> bool {
    number(a, "profile-id") == number(b, "profile-id")
}
