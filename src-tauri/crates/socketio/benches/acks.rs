//! Acked round trips a second on loopback, with 100 requests in flight, against Node's socket.io
//! and against socketioxide (in this process, on a runtime of its own).
//!
//! `cargo bench -p socketio --bench acks -- [--json] [--seconds N]`

use serde_json::{Value, json};
use socketio::{Event, Options, Transports};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const IN_FLIGHT: usize = 100;

/// What `make bench` asks for.
const TARGET: f64 = 20_000.0;

const WARM_UP: Duration = Duration::from_millis(500);

/// Windows measured; the best one counts, because on a shared machine every disturbance makes a
/// window worse and none makes it better.
const WINDOWS: u32 = 3;

/// What came out for one server.
struct Outcome {
    /// Round trips a second.
    rate: f64,
    /// Processor time of this process for one round trip, in microseconds; says what the client
    /// costs where the machine is too busy for the rate to say anything. Includes the server when
    /// that is in this process.
    cpu: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let seconds = arguments
        .iter()
        .position(|argument| argument == "--seconds")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(6.0);
    let time = Duration::from_secs_f64(seconds);
    let mut rows = Vec::new();
    {
        let (node, port) = node();
        rows.push(("node socket.io", measure(port, time)));
        drop(node);
    }
    rows.push(("socketioxide", measure(oxide(), time)));
    if as_json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(server, Outcome { rate, cpu })| {
                json!({
                    "name": format!("socketio acks, {server}"),
                    "value": rate.round(),
                    "cpu_us_per_round_trip": (cpu * 10.0).round() / 10.0,
                    "unit": "round trips/s",
                    "target": TARGET,
                    "in_flight": IN_FLIGHT,
                    "met": *rate >= TARGET,
                })
            })
            .collect();
        println!("{}", Value::from(rows));
    } else {
        for (server, Outcome { rate, cpu }) in rows {
            println!(
                "socketio acks, {server}: {rate:.0} round trips/s with {IN_FLIGHT} in flight (target {TARGET:.0}), {cpu:.1} us of CPU each"
            );
        }
    }
}

/// Asks as fast as the answers come, for `time` altogether.
fn measure(port: u16, time: Duration) -> Outcome {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let url = format!("http://127.0.0.1:{port}").parse().expect("a URL");
        let mut options = Options::new(url);
        options.transports = Transports::WebSocketOnly;
        let (socket, mut events) = socketio::connect(options);
        match events.next().await {
            Some(Event::Connected(_)) => {}
            other => panic!("not connected: {other:?}"),
        }
        let answered = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let askers: Vec<_> = (0..IN_FLIGHT)
            .map(|number| {
                let (socket, answered, stop) =
                    (socket.clone(), Arc::clone(&answered), Arc::clone(&stop));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let asked = json!(number);
                        let reply = socket.request(
                            "echo",
                            vec![asked.clone().into()],
                            Duration::from_secs(30),
                        );
                        assert_eq!(reply.await.expect("an answer"), [asked]);
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        tokio::time::sleep(WARM_UP).await;
        let (cpu_before, first) = (cpu_time(), answered.load(Ordering::Relaxed));
        let mut rate = 0.0f64;
        for _ in 0..WINDOWS {
            let (start, before) = (Instant::now(), answered.load(Ordering::Relaxed));
            tokio::time::sleep(time / WINDOWS).await;
            let count = answered.load(Ordering::Relaxed) - before;
            rate = rate.max(count as f64 / start.elapsed().as_secs_f64());
        }
        let count = answered.load(Ordering::Relaxed) - first;
        let spent = cpu_time().saturating_sub(cpu_before);
        let cpu = spent.as_secs_f64() * 1e6 / count.max(1) as f64;
        stop.store(true, Ordering::Relaxed);
        for asker in askers {
            asker.await.expect("no asker failed");
        }
        socket.disconnect().await;
        Outcome { rate, cpu }
    })
}

/// Processor time of this process so far: fields 14 and 15 of `/proc/self/stat`, in ticks of 10 ms
/// (proc(5)).
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc is there");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in parentheses");
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(ticks * 10)
}

struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn node() -> (Node, u16) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/node.js");
    let mut child = Command::new("node")
        .arg(script)
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("readable output");
    let port = line
        .trim()
        .strip_prefix("listening ")
        .and_then(|port| port.parse().ok())
        .expect("the server starts (npm ci in tests/servers?)");
    (Node(child), port)
}

/// The other server, until the process ends.
fn oxide() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener
        .set_nonblocking(true)
        .expect("a non-blocking listener");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let (layer, io) = SocketIo::builder().max_buffer_size(10_000).build_layer();
            io.ns("/", async |socket: SocketRef| {
                socket.on("echo", async |Data::<Value>(data), ack: AckSender| {
                    let _ = ack.send(&data);
                });
            });
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let app = axum::Router::new().layer(layer);
            let _ = axum::serve(listener, app).await;
        });
    });
    port
}
