//! A mediasoup device on webrtc-rs
