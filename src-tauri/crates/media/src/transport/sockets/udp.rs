//! UDP.

use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::ReadBuf;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use super::nomination::REPEATS;
use super::{Gate, Nomination};

#[derive(Debug)]
pub(super) struct Socket {
    io: Arc<tokio::net::UdpSocket>,
    /// Kept, because the engine asks for it with every packet.
    local: SocketAddr,
    gate: Arc<Gate>,
    nomination: Arc<Nomination>,
    own: Mutex<Own>,
}

/// Packets that this side answers itself.
#[derive(Debug, Default)]
struct Own {
    answers: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
}

impl Socket {
    pub(super) fn new(
        socket: std::net::UdpSocket,
        gate: Arc<Gate>,
        nomination: Arc<Nomination>,
    ) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            local: socket.local_addr()?,
            io: Arc::new(tokio::net::UdpSocket::from_std(socket)?),
            gate,
            nomination,
            own: Mutex::default(),
        })
    }

    fn answer(&self, packet: &[u8], to: SocketAddr) {
        let Some(answer) = self.nomination.answer(packet, self.local) else {
            return;
        };
        let reader = {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.answers.push_back((answer, to));
            own.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        self.repeat(packet.to_vec(), to);
    }

    fn repeat(&self, packet: Vec<u8>, to: SocketAddr) {
        let (io, nomination) = (Arc::downgrade(&self.io), Arc::clone(&self.nomination));
        tokio::spawn(async move {
            for pause in REPEATS {
                tokio::time::sleep(pause).await;
                let Some(io) = io.upgrade().filter(|_| nomination.is_open(&packet)) else {
                    return;
                };
                let _ = io.try_send_to(&packet, to);
            }
        });
    }

    fn own_answer(&self, cx: &Context<'_>, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((answer, from)) = own.answers.pop_front() else {
            match &mut own.reader {
                Some(reader) => reader.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
            return None;
        };
        let length = answer.len().min(buffer.len());
        buffer[..length].copy_from_slice(&answer[..length]);
        Some((length, from))
    }
}

fn describe(meta: &mut RecvMeta, length: usize, from: SocketAddr) {
    *meta = RecvMeta::default();
    meta.addr = from;
    meta.len = length;
    meta.stride = length.max(1);
}

impl AsyncUdpSocket for Socket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
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
        self.answer(packet, to);
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
        if let Some((length, from)) = self.own_answer(cx, buffer) {
            describe(meta, length, from);
            return Poll::Ready(Ok(1));
        }
        loop {
            let mut read = ReadBuf::new(buffer);
            match self.io.poll_recv_from(cx, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(from)) => {
                    self.nomination.received(read.filled());
                    describe(meta, read.filled().len(), from);
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
