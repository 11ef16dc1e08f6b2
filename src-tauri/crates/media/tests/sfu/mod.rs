//! A real mediasoup router, run by Node, and the peers of the tests.
#![allow(dead_code)] // Each test binary uses its own part.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use media::{
    Certificate, Consumer, ConsumerOptions, ConsumerPackets, Device, EncodedAudio, OpusOptions,
    Producer, RecvTransport, SendTransport, TransportEvent, TransportEvents, TransportOptions,
    TransportState,
};
use ortc::{RtpCapabilities, RtpParameters, TransportParameters};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Generous: machines that run tests are busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

type Answers = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>>;

pub struct Router {
    commands: tokio::sync::Mutex<ChildStdin>,
    answers: Answers,
    next: AtomicU64,
    process: tokio::sync::Mutex<Child>,
    worker: u32,
}

impl Router {
    pub async fn start() -> Arc<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sfu/router.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node must be installed to run a real mediasoup router");
        let commands = process.stdin.take().expect("stdin is piped");
        let stdout = process.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let ready = timeout(PATIENCE, lines.next_line())
            .await
            .expect("the router starts in time")
            .expect("the router's output can be read")
            .expect(
                "the router ended at once: run `npm ci --ignore-scripts` in tests/ and build the \
                 mediasoup worker (scripts/setup.sh does both)",
            );
        let ready: Value = serde_json::from_str(&ready).expect("JSON");
        let worker = ready["worker"].as_u64().and_then(|pid| pid.try_into().ok());
        let worker = worker.expect("the worker's process id");
        let answers = Answers::default();
        let waiting = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut answer: Value = serde_json::from_str(&line).expect("JSON");
                let id = answer["id"].as_u64().expect("an id");
                let result = match answer.get("error") {
                    Some(error) => Err(error.to_string()),
                    None => Ok(answer["result"].take()),
                };
                if let Some(waiting) = waiting.lock().unwrap().remove(&id) {
                    let _ = waiting.send(result);
                }
            }
        });
        Arc::new(Self {
            commands: tokio::sync::Mutex::new(commands),
            answers,
            next: AtomicU64::new(0),
            process: tokio::sync::Mutex::new(process),
            worker,
        })
    }

    /// Without a word to anybody.
    pub async fn kill(&self) {
        let killed = Command::new("kill")
            .args(["-KILL", &self.worker.to_string()])
            .status()
            .await;
        assert!(killed.is_ok_and(|status| status.success()));
        let _ = self.process.lock().await.kill().await;
    }

    pub async fn try_request(&self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.answers.lock().unwrap().insert(id, sender);
        let line = json!({ "id": id, "method": method, "params": params });
        self.commands
            .lock()
            .await
            .write_all(format!("{line}\n").as_bytes())
            .await
            .expect("the router runs");
        timeout(PATIENCE, receiver)
            .await
            .expect("the router answers in time")
            .expect("the router runs")
    }

    pub async fn request(&self, method: &str, params: Value) -> Value {
        self.try_request(method, params)
            .await
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub async fn device(&self) -> Device {
        let capabilities = self.request("capabilities", json!({})).await;
        let capabilities: RtpCapabilities = serde_json::from_value(capabilities).unwrap();
        Device::load(&capabilities).unwrap()
    }

    pub async fn transport(&self, listen: Value) -> TransportParameters {
        serde_json::from_value(self.request("transport", listen).await).unwrap()
    }

    pub async fn connect(&self, id: &str, dtls: ortc::DtlsParameters) {
        self.request(
            "connect",
            json!({ "transport": id, "dtlsParameters": dtls }),
        )
        .await;
    }

    /// A connected transport to send on.
    pub async fn sending(
        &self,
        device: &Device,
        listen: Value,
        options: TransportOptions,
    ) -> (SendTransport, TransportEvents) {
        let parameters = self.transport(listen).await;
        let (transport, mut events) = device
            .create_send_transport(parameters, options)
            .await
            .unwrap();
        self.connect(transport.id(), transport.dtls_parameters())
            .await;
        transport.connect();
        connected(&mut events).await;
        (transport, events)
    }

    /// A transport to receive on, which may still be connecting.
    pub async fn receiving(
        &self,
        device: &Device,
        listen: Value,
        options: TransportOptions,
    ) -> (RecvTransport, TransportEvents) {
        let parameters = self.transport(listen).await;
        let (transport, events) = device
            .create_recv_transport(parameters, options)
            .await
            .unwrap();
        self.connect(transport.id(), transport.dtls_parameters())
            .await;
        transport.connect();
        (transport, events)
    }

    pub async fn produce(&self, transport: &SendTransport) -> (Producer, String) {
        let producer = transport
            .produce_audio(OpusOptions::default())
            .await
            .unwrap();
        let id = self
            .request(
                "produce",
                json!({
                    "transport": transport.id(),
                    "kind": "audio",
                    "rtpParameters": producer.rtp_parameters(),
                }),
            )
            .await;
        (producer, id.as_str().unwrap().to_owned())
    }

    pub async fn consume(
        &self,
        device: &Device,
        transport: &RecvTransport,
        producer: &str,
    ) -> (Consumer, ConsumerPackets) {
        let answer = self
            .request(
                "consume",
                json!({
                    "transport": transport.id(),
                    "producer": producer,
                    "rtpCapabilities": device.recv_rtp_capabilities(),
                }),
            )
            .await;
        let rtp_parameters: RtpParameters =
            serde_json::from_value(answer["rtpParameters"].clone()).unwrap();
        let consumer = transport
            .consume(ConsumerOptions {
                id: answer["id"].as_str().unwrap().to_owned(),
                producer_id: producer.to_owned(),
                kind: serde_json::from_value(answer["kind"].clone()).unwrap(),
                rtp_parameters,
            })
            .await
            .unwrap();
        self.request("resume", json!({ "consumer": answer["id"] }))
            .await;
        consumer
    }
}

/// Options with one certificate for the whole test binary, as in a call.
pub fn options() -> TransportOptions {
    static CERTIFICATE: std::sync::OnceLock<Certificate> = std::sync::OnceLock::new();
    let certificate = CERTIFICATE.get_or_init(|| Certificate::generate().unwrap());
    TransportOptions {
        certificate: Some(certificate.clone()),
        ..TransportOptions::default()
    }
}

/// Waits for the event that `wanted` recognises, and returns what it makes of it.
pub async fn event<T>(
    events: &mut TransportEvents,
    mut wanted: impl FnMut(&TransportEvent) -> Option<T>,
) -> T {
    let mut seen = Vec::new();
    let found = timeout(PATIENCE, async {
        while let Some(event) = events.next().await {
            if let Some(found) = wanted(&event) {
                return Some(found);
            }
            seen.push(event);
        }
        None
    });
    match found.await {
        Ok(Some(found)) => found,
        outcome => panic!(
            "the event did not come ({}); before: {seen:?}",
            if outcome.is_ok() {
                "events ended"
            } else {
                "time-out"
            }
        ),
    }
}

pub async fn state(events: &mut TransportEvents, wanted: TransportState) {
    event(events, |event| {
        (*event == TransportEvent::State(wanted)).then_some(())
    })
    .await;
}

/// Waits for the connection, and returns the path it took.
pub async fn connected(events: &mut TransportEvents) -> Option<media::MediaPath> {
    let mut path = None;
    event(events, |event| {
        if let TransportEvent::Path(found) = event {
            path = Some(*found);
        }
        assert_ne!(*event, TransportEvent::State(TransportState::Failed));
        (*event == TransportEvent::State(TransportState::Connected)).then_some(())
    })
    .await;
    path
}

/// Sends a packet every 20 ms until dropped. Every payload starts with its number.
pub struct Talker {
    stop: Arc<AtomicBool>,
    pub sent: Arc<AtomicU64>,
}

impl Talker {
    pub fn start(producer: Producer) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(AtomicU64::new(0));
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&sent));
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            while !stopped.load(Ordering::Relaxed) {
                tick.tick().await;
                let number = count.fetch_add(1, Ordering::Relaxed);
                producer.send(EncodedAudio {
                    payload: Bytes::from([&number.to_be_bytes()[..], &[0xaa; 60]].concat()),
                    samples: 960,
                    audio_level_dbov: 30,
                    voice: true,
                });
            }
        });
        Self { stop, sent }
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The next packet, and the number in it.
pub async fn packet(packets: &mut ConsumerPackets) -> (media::RtpPacket, u64) {
    let packet = timeout(PATIENCE, packets.recv())
        .await
        .expect("a packet comes in time")
        .expect("the consumer is open");
    let number = packet.payload[..8].try_into().expect("a numbered payload");
    (packet, u64::from_be_bytes(number))
}
