//! mediasoup's RTP capabilities and parameters as plain data and pure functions
