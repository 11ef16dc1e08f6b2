//! TCP towards a router's passive candidate (RFC 6544).

use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpStream;
use webrtc::runtime::{AsyncTcpListener, AsyncTcpStream};

use super::Network;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Beyond this much unsent data, packets are dropped: sound that comes late is of no use.
const MAX_BACKLOG: usize = 32 * 1024;
/// Length in front of every packet (RFC 4571).
const FRAME_HEADER: usize = 2;

/// Connects, again and again until it works or the transport is closed: a router's TCP candidate
/// may become reachable later than ICE starts.
pub(super) async fn connect(
    network: Arc<Network>,
    alias: SocketAddr,
) -> io::Result<Arc<dyn AsyncTcpStream>> {
    let mut closed = network.closed.subscribe();
    let remote = network.real_tcp(alias);
    loop {
        let attempt = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(remote));
        let wait = async {
            match attempt.await {
                Ok(Ok(stream)) => Some(stream),
                _ => {
                    tokio::time::sleep(RETRY_AFTER).await;
                    None
                }
            }
        };
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return Err(io::ErrorKind::Interrupted.into()),
            connected = wait => if let Some(stream) = connected {
                stream.set_nodelay(true)?;
                let local = stream.local_addr()?;
                return Ok(Arc::new(Stream(Arc::new(Connection {
                    io: stream,
                    unsent: Mutex::default(),
                    local,
                    alias,
                    network: Arc::clone(&network),
                }))));
            }
        }
    }
}

#[derive(Debug)]
struct Stream(Arc<Connection>);

#[derive(Debug)]
struct Connection {
    io: TcpStream,
    unsent: Mutex<Vec<u8>>,
    local: SocketAddr,
    alias: SocketAddr,
    network: Arc<Network>,
}

impl Connection {
    /// Sends one frame as far as the kernel takes it; the rest goes out with the next one.
    fn send(&self, frame: &[u8]) {
        let Ok(mut unsent) = self.unsent.lock() else {
            return;
        };
        if unsent.len() + frame.len() > MAX_BACKLOG {
            return;
        }
        unsent.extend_from_slice(frame);
        while !unsent.is_empty() {
            match self.io.try_write(&unsent) {
                Ok(sent) if sent > 0 => {
                    unsent.drain(..sent);
                }
                _ => return,
            }
        }
    }
}

impl AsyncTcpStream for Stream {
    fn read<'a, 'b>(
        &'a self,
        buffer: &'b mut [u8],
    ) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send + 'b>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let result = loop {
                if let Err(error) = self.0.io.readable().await {
                    break Err(error);
                }
                match self.0.io.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => break result,
                }
            };
            match result {
                Ok(read) if read > 0 => Ok(read),
                // ICE would notice after seconds, and the engine would log the address.
                _ => {
                    let alias = self.0.alias;
                    self.0.network.tcp_lost.send_modify(|lost| lost.push(alias));
                    Ok(0)
                }
            }
        })
    }

    fn write_all<'a, 'b>(
        &'a self,
        frame: &'b [u8],
    ) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'b>>
    where
        'a: 'b,
    {
        let packet = frame.get(FRAME_HEADER..).unwrap_or_default();
        let admitted = self.0.network.gate.admit(packet, || {
            let (connection, frame) = (Arc::clone(&self.0), frame.to_vec());
            Box::new(move || connection.send(&frame))
        });
        if admitted {
            self.0.send(frame);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0.local)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0.alias)
    }
}

/// The engine derives its TCP candidates from listeners. Ours only connects, so the listener is
/// closed again at once and merely lends its address.
#[derive(Debug)]
pub(super) struct Unopened(SocketAddr);

impl Unopened {
    pub(super) fn new(listener: std::net::TcpListener) -> io::Result<Self> {
        Ok(Self(listener.local_addr()?))
    }
}

impl AsyncTcpListener for Unopened {
    fn accept<'a>(
        &'a self,
    ) -> Pin<Box<dyn Future<Output = io::Result<(Arc<dyn AsyncTcpStream>, SocketAddr)>> + Send + 'a>>
    {
        Box::pin(pending())
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0)
    }
}
