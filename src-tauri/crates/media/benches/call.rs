//! What a call of two costs this side, on a real mediasoup router on loopback: the time to connect
//! and to the first packet, and the share of a core for one stream out and one in.

#[path = "../tests/sfu/mod.rs"]
mod sfu;

/// A slow link to a UDP port on loopback.
mod delay {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::net::UdpSocket;
    use tokio::sync::watch;

    /// The port of the near end.
    pub async fn to(port: u16, one_way: Duration) -> u16 {
        let bind = || UdpSocket::bind("127.0.0.1:0");
        let (near, far) = (
            Arc::new(bind().await.unwrap()),
            Arc::new(bind().await.unwrap()),
        );
        let router = SocketAddr::from(([127, 0, 0, 1], port));
        let (client, known_client) = watch::channel(None);
        let near_port = near.local_addr().unwrap().port();
        let (from_near, to_far) = (Arc::clone(&near), Arc::clone(&far));
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, from)) = from_near.recv_from(&mut buffer).await {
                client.send_replace(Some(from));
                later(
                    one_way,
                    Arc::clone(&to_far),
                    buffer[..length].to_vec(),
                    router,
                );
            }
        });
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, _)) = far.recv_from(&mut buffer).await {
                let client: Option<SocketAddr> = *known_client.borrow();
                if let Some(client) = client {
                    later(
                        one_way,
                        Arc::clone(&near),
                        buffer[..length].to_vec(),
                        client,
                    );
                }
            }
        });
        near_port
    }

    fn later(delay: Duration, socket: Arc<UdpSocket>, packet: Vec<u8>, to: SocketAddr) {
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let _ = socket.send_to(&packet, to).await;
        });
    }
}

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use sfu::{Router, Talker, connected, options, packet};

const ROUNDS: usize = 20;
const CALL: Duration = Duration::from_secs(10);
const ROUND_TRIP: Duration = Duration::from_millis(100);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let router = Router::start().await;
    let device = router.device().await;
    let mut to_connected = Vec::new();
    let mut to_first_packet = Vec::new();
    for _ in 0..ROUNDS {
        let (send, _send_events) = router.sending(&device, json!({}), options()).await;
        let (producer, id) = router.produce(&send).await;
        let _talker = Talker::start(producer);

        let parameters = router.transport(json!({})).await;
        let started = Instant::now();
        let (recv, mut events) = device
            .create_recv_transport(parameters, options())
            .await
            .expect("a transport");
        let connect = async {
            router.connect(recv.id(), recv.dtls_parameters()).await;
            recv.connect();
            connected(&mut events).await;
            started.elapsed()
        };
        let hear = async {
            let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
            packet(&mut packets).await;
            started.elapsed()
        };
        let (connected, heard) = tokio::join!(connect, hear);
        to_connected.push(connected);
        to_first_packet.push(heard);
        send.close().await;
        recv.close().await;
    }
    println!("to connected     median {:?}", median(to_connected));
    println!("to first packet  median {:?}", median(to_first_packet));

    let mut far = router.transport(json!({ "tcp": false })).await;
    for candidate in &mut far.ice_candidates {
        candidate.port = delay::to(candidate.port, ROUND_TRIP / 2).await;
    }
    let started = Instant::now();
    let (transport, mut events) = device
        .create_send_transport(far, options())
        .await
        .expect("a transport");
    router
        .connect(transport.id(), transport.dtls_parameters())
        .await;
    transport.connect();
    connected(&mut events).await;
    let trips = started.elapsed().as_secs_f64() / ROUND_TRIP.as_secs_f64();
    println!("to connected     {trips:.2} round trips of {ROUND_TRIP:?}");
    transport.close().await;

    let (send, _send_events) = router.sending(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    let (recv, _recv_events) = router.receiving(&device, json!({}), options()).await;
    let (consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer);
    let mut last = packet(&mut packets).await.0.arrived;
    let mut gaps = Vec::new();
    let (started, before) = (Instant::now(), cpu());
    while started.elapsed() < CALL {
        let arrived = packet(&mut packets).await.0.arrived;
        gaps.push(arrived - last);
        last = arrived;
    }
    let share = (cpu() - before) / started.elapsed().as_secs_f64() * 100.0;
    println!("one out, one in  {share:.2} % of a core");
    gaps.sort_unstable();
    println!(
        "longest gap      {:?}",
        gaps.last().copied().unwrap_or_default()
    );
    println!("median gap       {:?}", median(gaps));
    println!("lost             {}", consumer.stats().packets_lost);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Seconds of processor time of this process.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    // Ticks per second are 100 on every Linux that Rust supports.
    ticks / 100.0
}
