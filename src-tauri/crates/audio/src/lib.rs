//! Audio devices, Opus, jitter buffer, mixer and level meters
