//! UDP.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use super::Gate;

#[derive(Debug)]
pub(super) struct Socket {
    io: Arc<tokio::net::UdpSocket>,
    gate: Arc<Gate>,
}

impl Socket {
    pub(super) fn new(socket: std::net::UdpSocket, gate: Arc<Gate>) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            io: Arc::new(tokio::net::UdpSocket::from_std(socket)?),
            gate,
        })
    }
}

impl AsyncUdpSocket for Socket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let (packet, to) = (transmit.contents, transmit.destination);
        let admitted = self.gate.admit(packet, || {
            let (io, packet) = (Arc::clone(&self.io), packet.to_vec());
            Box::new(move || {
                // Lost packets are DTLS's business.
                let _ = io.try_send_to(&packet, to);
            })
        });
        if admitted && self.io.poll_send_to(cx, packet, to).is_pending() {
            return Poll::Pending;
        }
        // A packet that cannot be sent (no route, refused) is a lost packet: ICE tries other
        // paths, and the engine would log the address with every one of them.
        Poll::Ready(Ok(packet.len()))
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        loop {
            let mut read = ReadBuf::new(buffer);
            match self.io.poll_recv_from(cx, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(from)) => {
                    let length = read.filled().len();
                    *meta = RecvMeta::default();
                    meta.addr = from;
                    meta.len = length;
                    meta.stride = length.max(1);
                    return Poll::Ready(Ok(1));
                }
                // Somebody answered a packet of ours with "port unreachable".
                Poll::Ready(Err(error)) if is_answer_to_a_packet(&error) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
    }
}

fn is_answer_to_a_packet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::PermissionDenied
    )
}
