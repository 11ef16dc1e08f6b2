//! What this device can send and receive.

use ortc::RtpCapabilities;

/// Everything that this device supports, before it meets a router.
pub fn device_rtp_capabilities() -> RtpCapabilities {
    todo!()
}
