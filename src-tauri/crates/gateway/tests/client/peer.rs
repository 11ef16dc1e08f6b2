//! The media side of a client: one str0m instance on a UDP socket of its own.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};
use str0m::config::Fingerprint;
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{Extension, ExtensionMap, ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::PATIENCE;

/// Payload type under which a browser sends Opus; another one than the router's.
pub const BROWSERS_OPUS: u8 = 111;
const ROUTERS_OPUS: u8 = 100;

/// Payload types of VP8 and its retransmissions, likewise.
const BROWSERS_VP8: [u8; 2] = [96, 97];
const ROUTERS_VP8: [u8; 2] = [101, 102];

/// SSRC of the sound that the peer sends.
pub const SSRC: u32 = 424_242;

/// SSRCs of its picture and of retransmissions.
pub const VIDEO_SSRCS: [u32; 2] = [525_252, 525_253];

/// RTP parameters of a producer that sends what [`Peer::send_video`] sends.
pub fn video_parameters() -> Value {
    json!({
        "mid": "1",
        "codecs": [
            {
                "mimeType": "video/VP8", "payloadType": BROWSERS_VP8[0], "clockRate": 90_000,
                "rtcpFeedback": [
                    { "type": "nack", "parameter": "" },
                    { "type": "nack", "parameter": "pli" },
                ],
            },
            {
                "mimeType": "video/rtx", "payloadType": BROWSERS_VP8[1], "clockRate": 90_000,
                "parameters": { "apt": BROWSERS_VP8[0] },
            },
        ],
        "headerExtensions": [{ "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4 }],
        "encodings": [{ "ssrc": VIDEO_SSRCS[0], "rtx": { "ssrc": VIDEO_SSRCS[1] } }],
        "rtcp": { "cname": "peer", "reducedSize": true },
    })
}

/// RTP parameters of a producer that sends what [`Peer::send`] sends.
pub fn producer_parameters() -> Value {
    json!({
        "mid": "0",
        "codecs": [{
            "mimeType": "audio/opus", "payloadType": BROWSERS_OPUS, "clockRate": 48_000,
            "channels": 2, "parameters": { "minptime": 10, "useinbandfec": 1 },
            "rtcpFeedback": [{ "type": "transport-cc", "parameter": "" }],
        }],
        "headerExtensions": [
            { "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4 },
            { "uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": 2 },
            { "uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": 1 },
            {
                "uri": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                "id": 3,
            },
        ],
        "encodings": [{ "ssrc": SSRC }],
        "rtcp": { "cname": "peer", "reducedSize": true },
    })
}

enum Order {
    Send {
        sequence: u64,
        level: i8,
    },
    SendVideo {
        sequence: u64,
    },
    Expect {
        consumer: Value,
    },
    /// The next media packet, in or out, gets lost.
    Lose,
    /// Wants a key frame of the consumer with that SSRC.
    RequestKeyframe {
        ssrc: u32,
    },
}

pub struct Peer {
    /// For `connect-webrtc-transport`.
    pub dtls_parameters: Value,
    packets: UnboundedReceiver<RtpPacket>,
    orders: UnboundedSender<Order>,
    status: watch::Receiver<Status>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Status {
    connected: bool,
    /// Key frames asked for by the other side.
    keyframe_requests: u64,
}

impl Peer {
    /// Towards a transport that `create-webrtc-transport` has answered.
    pub async fn start(transport: &Value, sends: bool) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let (rtc, dtls_parameters) = instance(transport, sends, &socket);
        let (orders, ordered) = unbounded_channel();
        let (packet, packets) = unbounded_channel();
        let (tell, status) = watch::channel(Status::default());
        tokio::spawn(live(rtc, socket, ordered, packet, tell));
        Self {
            dtls_parameters,
            packets,
            orders,
            status,
        }
    }

    pub async fn connected(&mut self) {
        let connected = self.status.wait_for(|status| status.connected);
        let result = tokio::time::timeout(PATIENCE, connected).await;
        result
            .expect("a connection in time")
            .expect("a living peer");
    }

    /// Sends a packet whose payload and time follow from its number.
    pub fn send(&self, sequence: u64, level: i8) {
        let _ = self.orders.send(Order::Send { sequence, level });
    }

    /// Sends a packet of a picture.
    pub fn send_video(&self, sequence: u64) {
        let _ = self.orders.send(Order::SendVideo { sequence });
    }

    /// The next media packet, in or out, gets lost.
    pub fn lose_next(&self) {
        let _ = self.orders.send(Order::Lose);
    }

    pub fn request_keyframe(&self, consumer: &Value) {
        let ssrc = ssrc_of(consumer, "/rtpParameters/encodings/0/ssrc").expect("an SSRC");
        let _ = self.orders.send(Order::RequestKeyframe { ssrc });
    }

    /// Waits until the other side has asked for so many key frames.
    pub async fn keyframes_requested(&mut self, count: u64) {
        let requested = |status: &Status| status.keyframe_requests >= count;
        let requested = self.status.wait_for(requested);
        let result = tokio::time::timeout(PATIENCE, requested).await;
        result.expect("a request in time").expect("a living peer");
    }

    /// Gets ready for a consumer, as answered.
    pub fn expect(&self, consumer: &Value) {
        let consumer = consumer.clone();
        let _ = self.orders.send(Order::Expect { consumer });
    }

    pub async fn packet(&mut self) -> RtpPacket {
        let packet = tokio::time::timeout(PATIENCE, self.packets.recv()).await;
        packet.expect("a packet in time").expect("a living peer")
    }

    /// A packet that is here already.
    pub fn packet_now(&mut self) -> Option<RtpPacket> {
        self.packets.try_recv().ok()
    }
}

fn ssrc_of(consumer: &Value, pointer: &str) -> Option<u32> {
    Some(consumer.pointer(pointer)?.as_u64()? as u32)
}

fn instance(transport: &Value, sends: bool, socket: &UdpSocket) -> (Rtc, Value) {
    let (opus, vp8, ids) = if sends {
        (BROWSERS_OPUS, BROWSERS_VP8, [4, 2, 1, 3])
    } else {
        (ROUTERS_OPUS, ROUTERS_VP8, [1, 4, 10, 5])
    };
    let mut extensions = ExtensionMap::empty();
    extensions.set(ids[0], Extension::RtpMid);
    extensions.set(ids[1], Extension::AbsoluteSendTime);
    extensions.set(ids[2], Extension::AudioLevel);
    extensions.set(ids[3], Extension::TransportSequenceNumber);
    let mut config = RtcConfig::new()
        .set_rtp_mode(true)
        .clear_codecs()
        .set_extension_map(extensions);
    config.codec_config().add_config(
        Pt::new_with_value(vp8[0]),
        Some(Pt::new_with_value(vp8[1])),
        Codec::Vp8,
        Frequency::NINETY_KHZ,
        None,
        FormatParams::default(),
    );
    config.codec_config().add_config(
        Pt::new_with_value(opus),
        None,
        Codec::Opus,
        Frequency::FORTY_EIGHT_KHZ,
        Some(2),
        FormatParams::default(),
    );
    let mut rtc = config.build(Instant::now());
    let local = socket.local_addr().expect("an address");
    rtc.add_local_candidate(Candidate::host(local, "udp").expect("a candidate"));
    for candidate in transport["iceCandidates"].as_array().expect("candidates") {
        let ip = candidate["address"].as_str().expect("an address");
        let port = candidate["port"].as_u64().expect("a port") as u16;
        let remote = SocketAddr::new(ip.parse().expect("an address"), port);
        rtc.add_remote_candidate(Candidate::host(remote, "udp").expect("a candidate"));
    }
    let text = |pointer: &str| {
        let value = transport.pointer(pointer).and_then(Value::as_str);
        value.expect("text").to_owned()
    };
    let mut direct = rtc.direct_api();
    direct.set_ice_controlling(true);
    direct.set_remote_ice_credentials(IceCreds {
        ufrag: text("/iceParameters/usernameFragment"),
        pass: text("/iceParameters/password"),
    });
    direct.set_remote_fingerprint(Fingerprint {
        hash_func: text("/dtlsParameters/fingerprints/0/algorithm"),
        bytes: text("/dtlsParameters/fingerprints/0/value")
            .split(':')
            .map(|byte| u8::from_str_radix(byte, 16).expect("a byte"))
            .collect(),
    });
    let fingerprint = direct.local_dtls_fingerprint().clone();
    direct.start_dtls(true).expect("DTLS");
    if sends {
        let mid = Mid::from("0");
        direct.declare_media(mid, MediaKind::Audio);
        direct.declare_stream_tx(SSRC.into(), None, mid, None);
        let mid = Mid::from("1");
        direct.declare_media(mid, MediaKind::Video);
        let [media, rtx] = VIDEO_SSRCS;
        direct
            .declare_stream_tx(media.into(), Some(rtx.into()), mid, None)
            // One lost packet of few would be too many for the default share.
            .set_rtx_cache(100, PATIENCE, None);
    }
    let bytes: Vec<String> = fingerprint
        .bytes
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let parameters = json!({
        "role": "client",
        "fingerprints": [{ "algorithm": fingerprint.hash_func, "value": bytes.join(":") }],
    });
    (rtc, parameters)
}

async fn live(
    mut rtc: Rtc,
    socket: UdpSocket,
    mut orders: UnboundedReceiver<Order>,
    packets: UnboundedSender<RtpPacket>,
    status: watch::Sender<Status>,
) {
    let local = socket.local_addr().expect("an address");
    let mut buffer = [0; 2_048];
    let mut to_lose = 0;
    loop {
        let wake = loop {
            match rtc.poll_output().expect("output") {
                Output::Timeout(at) => break at,
                Output::Transmit(transmit) => {
                    if is_lost(&transmit.contents, &mut to_lose) {
                        continue;
                    }
                    let _ = socket
                        .send_to(&transmit.contents, transmit.destination)
                        .await;
                }
                Output::Event(Event::Connected) => {
                    status.send_modify(|status| status.connected = true);
                }
                Output::Event(Event::KeyframeRequest(_)) => {
                    status.send_modify(|status| status.keyframe_requests += 1);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let _ = packets.send(packet);
                }
                Output::Event(_) => {}
            }
        };
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Lose) => to_lose += 1,
                Some(order) => obey(&mut rtc, order),
                None => return,
            },
            received = socket.recv_from(&mut buffer) => {
                let Ok((length, from)) = received else { continue };
                if is_lost(&buffer[..length], &mut to_lose) {
                    continue;
                }
                let receive = Receive::new(Protocol::Udp, from, local, &buffer[..length]);
                if let Ok(receive) = receive {
                    rtc.handle_input(Input::Receive(Instant::now(), receive)).expect("input");
                }
            }
            () = tokio::time::sleep_until(wake.into()) => {
                rtc.handle_input(Input::Timeout(Instant::now())).expect("time");
            }
        }
    }
}

/// Whether a datagram is to be lost: RTP only, which is told from RTCP by its second byte
/// (RFC 5761).
fn is_lost(datagram: &[u8], to_lose: &mut u32) -> bool {
    let is_rtp = matches!(datagram, [128..=191, kind, ..] if !(192..=223).contains(kind));
    let lost = is_rtp && *to_lose > 0;
    *to_lose -= u32::from(lost);
    lost
}

fn obey(rtc: &mut Rtc, order: Order) {
    let mut direct = rtc.direct_api();
    match order {
        Order::Send { sequence, level } => {
            let stream = direct.stream_tx(&SSRC.into()).expect("a stream");
            let write = RtpWrite::new(
                Pt::new_with_value(BROWSERS_OPUS),
                sequence.into(),
                time_of(sequence),
                Instant::now(),
                payload_of(sequence),
            );
            stream.write_rtp(write.ext_vals(ExtensionValues {
                audio_level: Some(level),
                voice_activity: Some(true),
                ..ExtensionValues::default()
            }));
        }
        Order::SendVideo { sequence } => {
            let stream = direct.stream_tx(&VIDEO_SSRCS[0].into()).expect("a stream");
            let write = RtpWrite::new(
                Pt::new_with_value(BROWSERS_VP8[0]),
                sequence.into(),
                time_of(sequence),
                Instant::now(),
                payload_of(sequence),
            );
            stream.write_rtp(write.nackable(true));
        }
        Order::Expect { consumer } => {
            let mid = consumer["rtpParameters"]["mid"].as_str().expect("a MID");
            let mid = Mid::from(mid);
            let kind = if consumer["kind"] == "video" {
                MediaKind::Video
            } else {
                MediaKind::Audio
            };
            let ssrc = ssrc_of(&consumer, "/rtpParameters/encodings/0/ssrc").expect("an SSRC");
            let rtx = ssrc_of(&consumer, "/rtpParameters/encodings/0/rtx/ssrc");
            direct.declare_media(mid, kind);
            direct
                .expect_stream_rx(ssrc.into(), rtx.map(Into::into), mid, None)
                .suppress_nack(rtx.is_none());
        }
        Order::RequestKeyframe { ssrc } => {
            let stream = direct.stream_rx(&ssrc.into()).expect("a stream");
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
        Order::Lose => {}
    }
}

/// RTP time of the packet with that number: 20 ms each.
pub fn time_of(sequence: u64) -> u32 {
    (sequence as u32).wrapping_mul(960)
}

pub fn payload_of(sequence: u64) -> Vec<u8> {
    sequence.to_be_bytes().repeat(10)
}

/// Number of the packet that this one once was.
pub fn number_of(packet: &RtpPacket) -> u64 {
    let bytes = packet.payload.first_chunk::<8>().expect("a payload");
    u64::from_be_bytes(*bytes)
}
