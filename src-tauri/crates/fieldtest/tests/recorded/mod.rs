//! Recordings as facts. Their format: two handshakes from nothing, then further exchanges in order.

use std::path::Path;

use fieldtest::facts::{
    Cors, Exchange, Facts, Fault, FaultKind, Frame, OtherPath, PollingSession, Request, Response,
    Signaling, Tls,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recording {
    polling: Recorded,
    websocket: Recorded,
    #[serde(default)]
    later: Vec<Recorded>,
}

#[derive(Deserialize, Clone)]
struct Recorded {
    #[serde(default)]
    step: String,
    request: RecordedRequest,
    response: RecordedResponse,
    #[serde(default)]
    frames: Vec<RecordedFrame>,
}

#[derive(Deserialize, Clone)]
struct RecordedRequest {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    http_version: Option<String>,
}

#[derive(Deserialize, Clone)]
struct RecordedResponse {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    elapsed_s: Option<f64>,
    error: Option<String>,
}

#[derive(Deserialize, Clone)]
struct RecordedFrame {
    dir: String,
    frame: Option<String>,
    close: Option<u16>,
}

impl Recorded {
    fn exchange(&self) -> Exchange {
        let silent = || Fault::new(FaultKind::NoAnswer, "no answer in time");
        let texts = self.frames.iter().filter_map(|frame| {
            Some(Frame {
                from_server: frame.dir == "<",
                text: frame.frame.clone()?,
            })
        });
        let fault = self.response.status.is_none().then(silent);
        Exchange {
            request: Request {
                method: self.request.method.clone(),
                target: self.request.target.clone(),
                headers: self.request.headers.clone(),
                body: self.request.body.clone(),
            },
            response: self.response.status.map(|status| Response {
                status,
                headers: self.response.headers.clone(),
                body: self.response.body.clone().unwrap_or_default(),
            }),
            took_ms: self.response.elapsed_s.unwrap_or_default() * 1_000.0,
            error: self.response.error.clone(),
            fault,
            frames: texts.collect(),
            close: self.frames.iter().find_map(|frame| frame.close),
            connection: None,
        }
    }

    fn origin(&self) -> Option<&str> {
        let mut headers = self.request.headers.iter();
        let (_, origin) = headers.find(|(name, _)| name == "Origin")?;
        Some(origin)
    }

    fn path(&self) -> &str {
        self.request.target.split('?').next().unwrap_or_default()
    }

    fn is_websocket(&self) -> bool {
        let mut headers = self.request.headers.iter();
        headers.any(|(name, _)| name == "Upgrade")
    }

    /// A handshake from nothing over HTTP/1.1.
    fn is_fresh(&self) -> bool {
        let target = &self.request.target;
        let whole = target.contains("EIO=4&transport=") && !target.contains("sid=");
        self.request.method == "GET" && self.request.http_version.is_none() && whole
    }
}

fn read(case: &str) -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let text = std::fs::read_to_string(folder.join(format!("{case}.json"))).expect("a recording");
    serde_json::from_str(&text).expect("its format")
}

/// Healthy servers' refusals of wrong handshakes.
pub fn wrong_requests() -> Vec<Exchange> {
    let refused = read("11").later.into_iter().filter(|step| {
        step.request.method == "GET"
            && step.response.status == Some(400)
            && step.step.starts_with("polling: ")
            && !step.step.contains("session")
    });
    let refused: Vec<_> = refused.map(|step| step.exchange()).collect();
    assert_eq!(refused.len(), 2);
    refused
}

// Facts of other rungs are none of a recording's.
#[allow(clippy::needless_update)]
pub fn facts(case: &str) -> Facts {
    let Recording {
        polling,
        websocket,
        later,
    } = read(case);
    let path = polling.path().to_owned();
    let step = |name: &str| {
        let found = later.iter().find(|step| step.step.starts_with(name));
        found.map(Recorded::exchange)
    };
    let fresh = |origin: bool, by_websocket: bool| {
        let first = if by_websocket { &websocket } else { &polling };
        let mut all = std::iter::once(first).chain(later.iter().filter(|step| step.is_fresh()));
        all.find(|step| {
            step.path() == path
                && step.origin().is_some() == origin
                && step.is_websocket() == by_websocket
        })
    };
    let session = |handshake: &Recorded| PollingSession {
        handshake: handshake.exchange(),
        connect: step("CONNECT of the default namespace"),
        poll: step("the poll after it"),
        upgrade: step("websocket upgrade of the polling session"),
    };
    let repeats = (1..4).filter_map(|number| {
        Some(PollingSession {
            handshake: step(&format!("repeat {number}: polling handshake"))?,
            connect: step(&format!("repeat {number}: CONNECT")),
            ..PollingSession::default()
        })
    });
    let others = ["/socket.io/", "/api/socket.io/", "/socket.io/socket.io/"]
        .into_iter()
        .filter(|other| *other != path)
        .filter_map(|other| {
            let by = |websocket| {
                let mut fresh = later.iter().filter(|step| step.is_fresh());
                fresh.find(|step| step.path() == other && step.is_websocket() == websocket)
            };
            Some(OtherPath {
                path: other.to_owned(),
                polling: by(false)?.exchange(),
                websocket: by(true)?.exchange(),
            })
        });
    let origin = polling.origin().map(|origin| Cors {
        origin: origin.to_owned(),
        polling: Some(polling.exchange()),
        preflight: step("preflight"),
        websocket: fresh(true, true).map(Recorded::exchange),
        app: None,
    });
    let negotiated = later
        .iter()
        .any(|step| step.request.http_version.as_deref() == Some("2"));
    let tls = negotiated.then(|| Tls {
        host: "127.0.0.1".to_owned(),
        port: 9080,
        expected: true,
        connections: vec![Default::default()],
        alpn_of_choice: Some("h2".to_owned()),
        ..Tls::default()
    });
    Facts {
        tls: tls.into_iter().collect(),
        signaling: Some(Signaling {
            server: "http://127.0.0.1:9080".to_owned(),
            path: path.clone(),
            polling: fresh(false, false).map(session),
            repeats: repeats.collect(),
            websocket: fresh(false, true).map(Recorded::exchange),
            random_path: step("a random path"),
            other_paths: others.collect(),
            cors: origin,
            ..Signaling::default()
        }),
        ..Facts::default()
    }
}
