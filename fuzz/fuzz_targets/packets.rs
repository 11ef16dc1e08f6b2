//! Engine.IO payloads and packets, handshakes, Socket.IO packets and their attachments.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio::packet;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut assembler = packet::Assembler::new(1 << 20);
    for frame in packet::decode_payload(text).into_iter().flatten() {
        let _ = match frame {
            packet::Frame::Binary(bytes) => assembler.binary(bytes),
            packet::Frame::Text(text) => match packet::decode_engine(&text) {
                Ok(packet::EnginePacket::Open(json)) => {
                    let _ = packet::Handshake::parse(json);
                    continue;
                }
                Ok(packet::EnginePacket::Message(message)) => match packet::decode(message) {
                    Ok(packet) => assembler.text(packet.body, packet.namespace != "/"),
                    Err(_) => continue,
                },
                _ => continue,
            },
        };
    }
});
