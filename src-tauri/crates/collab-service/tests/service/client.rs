//! A client, and what the tests wait for.

use std::time::Duration;

use collab_service::{CollabService, ServiceOptions};
use serde_json::{Value, json};
use socketio::{Event, Events, Options, Payload, ReconnectPolicy, Session, Socket, Transports};

/// For anything that a loaded machine may delay.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Both ways to be connected.
pub const TRANSPORTS: [Transports; 2] = [Transports::WebSocketOnly, Transports::PollingOnly];

pub fn service(options: ServiceOptions) -> CollabService {
    collab_service::start(options).expect("the service starts")
}

/// Options with a short grace, so that tests need not wait.
pub fn quick() -> ServiceOptions {
    ServiceOptions {
        grace: Duration::from_millis(300),
        ..ServiceOptions::default()
    }
}

pub struct Client {
    pub socket: Socket,
    events: Events,
}

impl Client {
    pub fn options(service: &CollabService, auth: Option<Value>) -> Options {
        Options {
            auth,
            reconnect: ReconnectPolicy {
                after_refusal: false,
                cap: Duration::from_millis(300),
                ..ReconnectPolicy::default()
            },
            ..Options::new(service.url().parse().expect("a URL"))
        }
    }

    pub fn start(options: Options) -> Self {
        let (socket, events) = socketio::connect(options);
        Self { socket, events }
    }

    /// As a person, by CONNECT auth.
    pub async fn connect(service: &CollabService, id: &str, transports: Transports) -> Self {
        let auth = json!({ "user_id": id, "role": "nurse" });
        let mut options = Self::options(service, Some(auth));
        options.transports = transports;
        let mut client = Self::start(options);
        client.connected().await;
        client
    }

    pub async fn next(&mut self) -> Event {
        let next = tokio::time::timeout(PATIENCE, self.events.next()).await;
        next.expect("nothing happened for too long")
            .expect("the client goes on")
    }

    /// Waits for a connection, however many attempts it takes.
    pub async fn connected(&mut self) -> Session {
        loop {
            if let Event::Connected(session) = self.next().await {
                return session;
            }
        }
    }

    /// The first argument of the next event of this name; others before it are skipped.
    pub async fn event(&mut self, name: &str) -> Value {
        self.until(name, |_| true).await
    }

    /// The same, for one that fits.
    pub async fn until(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            assert!(tokio::time::Instant::now() < deadline, "no such {name}");
            match self.next().await {
                Event::Message(message) if message.event == name => {
                    let first = message.args.into_iter().next().unwrap_or(Value::Null);
                    if fits(&first) {
                        return first;
                    }
                }
                Event::Message(_) => {}
                other => panic!("instead of {name}: {other:?}"),
            }
        }
    }

    /// Everything until a ping is answered: names and first arguments.
    pub async fn heard(&mut self) -> Vec<(String, Value)> {
        self.ask("ping", Vec::new()).await;
        let mut heard = Vec::new();
        loop {
            if let Event::Message(message) = self.next().await {
                if message.event == "pong" {
                    return heard;
                }
                let first = message.args.into_iter().next().unwrap_or(Value::Null);
                heard.push((message.event, first));
            }
        }
    }

    pub async fn ask(&self, event: &str, args: Vec<Value>) -> Vec<Value> {
        let args = args.into_iter().map(Payload::from).collect();
        let reply = self.socket.request(event, args, PATIENCE).await;
        reply.unwrap_or_else(|error| panic!("{event}: {error}"))
    }

    /// Joins in the panel's words.
    pub async fn panel(&self, id: &str, record: &str) {
        let join = json!({
            "patient_id": record,
            "user": { "user_id": id, "name": format!("Name of {id}"), "role": "nurse", "step": 3,
                      "last_activity": "2026-11-20T10:00:00.000Z", "status": "active" },
            "session_id": format!("screening_{record}"),
        });
        let ack = self.ask("join_screening", vec![join]).await;
        assert_eq!(ack, [] as [Value; 0]);
    }

    /// Joins in the service's words.
    pub async fn room(&self, record: &str) {
        let room = json!({ "room": format!("hospital_mobile_session_{record}") });
        let ack = self.ask("join_room", vec![room]).await;
        assert_eq!(ack, [] as [Value; 0]);
    }

    pub async fn commit(&self, record: &str, field: &str, value: impl Into<Value>) {
        let completed = json!({
            "session_id": record, "step": "vision_testing", "field_name": field,
            "final_value": value.into(), "user_name": "Somebody",
        });
        let ack = self.ask("field_completed", vec![completed]).await;
        assert_eq!(ack, [] as [Value; 0]);
    }
}

/// The ids of a list of people, sorted.
pub fn ids(list: &Value) -> Vec<&str> {
    let rows = list.as_array().expect("a list").iter();
    let mut ids: Vec<_> = rows.filter_map(|row| row["user_id"].as_str()).collect();
    ids.sort_unstable();
    ids
}

/// The body and status of a page.
pub async fn page(service: &CollabService, path: &str, token: Option<&str>) -> (u16, Value) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let stream = tokio::net::TcpStream::connect(service.local_addr()).await;
    let mut stream = stream.expect("the service listens");
    let authorization = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    (status.expect("a status"), body)
}
