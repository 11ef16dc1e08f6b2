//! mediasoup's RTP capabilities and parameters as plain data, and the algebra over them.
//!
//! The types ([`RtpCapabilities`], [`RtpParameters`], [`TransportParameters`] …) serialise to
//! exactly the JSON that mediasoup servers and mediasoup-client exchange. Fields this version
//! does not know are ignored, so that a newer server stays readable; elements of a list whose
//! media kind is unknown are left out.
//!
//! The functions ([`extended_rtp_capabilities`] and those that take its result) are pure and give
//! the results of mediasoup-client's `ortc` module; golden files made by running it keep them so.
#![forbid(unsafe_code)]

mod h264;
mod negotiation;
mod parameters;
mod vp9;

pub use negotiation::*;
pub use parameters::*;
