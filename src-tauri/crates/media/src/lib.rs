//! A mediasoup device on webrtc-rs.
//!
//! The public API speaks ORTC only, as mediasoup does: load a [`Device`] with the router's
//! capabilities, make a [`SendTransport`] and a [`RecvTransport`] of the parameters that the
//! gateway answered, produce and consume. Session descriptions, which webrtc-rs wants, are made up
//! inside this crate and seen nowhere else.
//!
//! ```no_run
//! # async fn call(
//! #     router: ortc::RtpCapabilities, answered: ortc::TransportParameters,
//! # ) -> Result<(), media::MediaError> {
//! let device = media::Device::load(&router)?;
//! let options = media::TransportOptions::default();
//! let (transport, mut events) = device.create_send_transport(answered, options).await?;
//! // Tell the gateway transport.dtls_parameters(); once it has acknowledged them:
//! transport.connect();
//! let producer = transport.produce_audio(media::OpusOptions::default()).await?;
//! // Tell the gateway producer.rtp_parameters(), then:
//! producer.send(media::EncodedAudio {
//!     payload: bytes::Bytes::from_static(&[0xf8, 0xff, 0xfe]),
//!     samples: 960,
//!     audio_level_dbov: 127,
//!     voice: false,
//! });
//! while let Some(event) = events.next().await {
//!     println!("{event:?}");
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

/// Log targets of the engine underneath. It names people's network addresses at every level, so
/// these must be off except when somebody debugs on purpose.
pub const ENGINE_LOG_TARGETS: [&str; 12] = [
    "webrtc",
    "rtc",
    "rtc_dtls",
    "rtc_ice",
    "rtc_interceptor",
    "rtc_mdns",
    "rtc_rtcp",
    "rtc_rtp",
    "rtc_shared",
    "rtc_srtp",
    "rtc_stun",
    "rtc_turn",
];

mod capabilities;
mod certificate;
mod consumer;
mod device;
mod error;
mod producer;
mod stats;
mod transport;

pub use capabilities::device_rtp_capabilities;
pub use certificate::Certificate;
pub use consumer::{Consumer, ConsumerOptions, ConsumerPackets, RtpPacket};
pub use device::Device;
pub use error::MediaError;
pub use producer::{EncodedAudio, OpusOptions, Producer};
pub use stats::{ConsumerStats, ProducerStats, TransportStats};
pub use transport::{
    IceServer, IpVersion, MediaPath, PathProtocol, RecvTransport, SendTransport, Transport,
    TransportEvent, TransportEvents, TransportOptions, TransportState,
};
