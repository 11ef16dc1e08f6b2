//! The media side of a client: one str0m instance on a UDP socket of its own.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};
use str0m::config::Fingerprint;
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, MediaKind, Mid, Pt};
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

/// SSRC of what the peer sends.
pub const SSRC: u32 = 424_242;

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
    Send { sequence: u64, level: i8 },
    Expect { mid: String, ssrc: u32 },
}

pub struct Peer {
    /// For `connect-webrtc-transport`.
    pub dtls_parameters: Value,
    packets: UnboundedReceiver<RtpPacket>,
    orders: UnboundedSender<Order>,
    connected: watch::Receiver<bool>,
}

impl Peer {
    /// Towards a transport that `create-webrtc-transport` has answered.
    pub async fn start(transport: &Value, sends: bool) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let (rtc, dtls_parameters) = instance(transport, sends, &socket);
        let (orders, ordered) = unbounded_channel();
        let (packet, packets) = unbounded_channel();
        let (connect, connected) = watch::channel(false);
        tokio::spawn(live(rtc, socket, ordered, packet, connect));
        Self {
            dtls_parameters,
            packets,
            orders,
            connected,
        }
    }

    pub async fn connected(&mut self) {
        let connected = self.connected.wait_for(|connected| *connected);
        let result = tokio::time::timeout(PATIENCE, connected).await;
        result
            .expect("a connection in time")
            .expect("a living peer");
    }

    /// Sends a packet whose payload and time follow from its number.
    pub fn send(&self, sequence: u64, level: i8) {
        let _ = self.orders.send(Order::Send { sequence, level });
    }

    /// Gets ready for a consumer, as answered.
    pub fn expect(&self, consumer: &Value) {
        let parameters = &consumer["rtpParameters"];
        let ssrc = parameters["encodings"][0]["ssrc"]
            .as_u64()
            .expect("an SSRC");
        let _ = self.orders.send(Order::Expect {
            mid: parameters["mid"].as_str().expect("a MID").to_owned(),
            ssrc: ssrc as u32,
        });
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

fn instance(transport: &Value, sends: bool, socket: &UdpSocket) -> (Rtc, Value) {
    let (pt, ids) = if sends {
        (BROWSERS_OPUS, [4, 2, 1, 3])
    } else {
        (ROUTERS_OPUS, [1, 4, 10, 5])
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
        Pt::new_with_value(pt),
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
    connected: watch::Sender<bool>,
) {
    let local = socket.local_addr().expect("an address");
    let mut buffer = [0; 2_048];
    loop {
        let wake = loop {
            match rtc.poll_output().expect("output") {
                Output::Timeout(at) => break at,
                Output::Transmit(transmit) => {
                    let _ = socket
                        .send_to(&transmit.contents, transmit.destination)
                        .await;
                }
                Output::Event(Event::Connected) => {
                    let _ = connected.send(true);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let _ = packets.send(packet);
                }
                Output::Event(_) => {}
            }
        };
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => obey(&mut rtc, order),
                None => return,
            },
            received = socket.recv_from(&mut buffer) => {
                let Ok((length, from)) = received else { continue };
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
        Order::Expect { mid, ssrc } => {
            let mid = Mid::from(mid.as_str());
            direct.declare_media(mid, MediaKind::Audio);
            direct.expect_stream_rx(ssrc.into(), None, mid, None);
        }
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
