//! The web participant: headless Chromium with mediasoup-client.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::netlab::Host;
use crate::process::{Line, PATIENCE, Process};
use crate::servers::node_script;

/// A browser with a page that joins a room.
pub struct Chromium {
    process: Process,
}

/// What Chromium hears of one participant.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Name of the participant.
    pub name: String,
    /// Strongest received frequency in Hz.
    pub hz: f64,
    /// How far it stands above everything else, dB.
    pub dominance: f64,
    /// `totalAudioEnergy` of the W3C statistics.
    pub energy: f64,
    /// RTP packets received.
    pub packets: u64,
}

impl Chromium {
    /// Starts the browser, with a tone as its microphone.
    pub fn start(tone_hz: u32) -> Self {
        Self::run(Command::new("node"), tone_hz)
    }

    /// The same on a host of the lab.
    pub fn start_on(host: &Host, tone_hz: u32) -> Self {
        Self::run(host.command("node"), tone_hz)
    }

    fn run(mut command: Command, tone_hz: u32) -> Self {
        command.arg(node_script("chromium-peer/driver.mjs"));
        command.args(["--tone", &tone_hz.to_string()]);
        let process = Process::start("chromium", &mut command);
        process.wait(PATIENCE, "browser", |line| {
            (line["event"] == "ready").then_some(())
        });
        Self { process }
    }

    /// Opens the page, which joins the room by itself; does not wait for the room.
    pub fn open(&mut self, gateway: &str, room: &str, name: &str) -> usize {
        let mark = self.process.mark();
        self.command(
            "join",
            &json!({ "gateway": gateway, "room": room, "name": name }),
        );
        mark
    }

    /// Opens the page and waits until it is in the room.
    pub fn join(&mut self, gateway: &str, room: &str, name: &str) {
        let mark = self.open(gateway, room, name);
        self.wait_event(mark, "joined", |_| true);
    }

    /// Milliseconds from the start of the navigation to the first audible sample of
    /// anybody, waiting for it.
    pub fn first_audible_ms(&self, mark: usize) -> f64 {
        let line = self.wait_event(mark, "audible", |_| true);
        line.value["ms"]
            .as_f64()
            .expect("the page reports its clock")
    }

    /// Position in its reports, for waiting on what comes next.
    pub fn mark(&self) -> usize {
        self.process.mark()
    }

    /// Waits for a report of the page.
    pub fn wait_event(&self, mark: usize, event: &str, accept: impl Fn(&Value) -> bool) -> Line {
        let find = |line: &Value| {
            assert!(line["event"] != "failed", "the page failed: {line}");
            (line["event"] == event && accept(line)).then_some(())
        };
        self.process.wait_after(mark, PATIENCE, event, find).1
    }

    /// What it hears now.
    pub fn hears(&mut self) -> Vec<Heard> {
        let answer = self.command("inbound", &Value::Null);
        let remotes = answer["remotes"].as_array().cloned().unwrap_or_default();
        let number = |value: &Value| value.as_f64().unwrap_or_default();
        let heard = remotes.iter().map(|remote| Heard {
            name: remote["name"].as_str().unwrap_or_default().to_owned(),
            hz: number(&remote["hz"]),
            dominance: number(&remote["dominance"]),
            energy: number(&remote["energy"]),
            packets: remote["packets"].as_u64().unwrap_or_default(),
        });
        heard.collect()
    }

    /// Waits until a tone dominates what it receives of `name`.
    pub fn wait_tone(&mut self, name: &str, hz: f64) -> Heard {
        crate::process::wait_until(
            PATIENCE,
            &format!("Chromium hears {hz} Hz of {name}"),
            || {
                let matches = |heard: &Heard| {
                    heard.name == name && (heard.hz - hz).abs() < 10.0 && heard.dominance > 20.0
                };
                self.hears().into_iter().find(matches)
            },
        )
    }

    /// Sends a chat message.
    pub fn chat(&mut self, text: &str) {
        self.command("chat", &json!(text));
    }

    /// Pauses its producer, as the web client's mute does.
    pub fn mute(&mut self) {
        self.command("mute", &Value::Null);
    }

    /// Resumes its producer.
    pub fn unmute(&mut self) {
        self.command("unmute", &Value::Null);
    }

    /// Leaves the room; the browser keeps running.
    pub fn leave(&mut self) {
        self.command("leave", &Value::Null);
    }

    /// Process id of the driver, whose children are the browser.
    pub fn driver_id(&self) -> u32 {
        self.process.id()
    }

    fn command(&mut self, name: &str, argument: &Value) -> Value {
        let mark = self.process.mark();
        self.process.tell(&json!({ name: argument }).to_string());
        let find =
            |line: &Value| (line["event"] == "answer" && line["to"] == name).then(|| line.clone());
        let limit = PATIENCE + Duration::from_secs(30);
        let (answer, _) = self.process.wait_after(mark, limit, name, find);
        assert!(
            answer.get("error").is_none(),
            "Chromium cannot {name}: {answer}"
        );
        answer["value"].clone()
    }
}
