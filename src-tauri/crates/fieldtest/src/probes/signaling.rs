//! Socket.IO asked step by step, gently: one request at a time, every session left in order.
//!
//! The steps that name a failing layer come first; those that tell causes apart, and those that
//! chance may hide, follow as the time allows.

mod session;
mod variants;

use std::time::{Duration, Instant};

use serde_json::Value;
use socketio::packet::{Frame, encode_connect};
use url::Url;

use super::connect::{Endpoint, Network};
use super::http::{exchange, request};
use super::limits;
use super::websocket::{Step, websocket};
use crate::engineio::{polling_handshake, websocket_handshake};
use crate::facts::{Cors, Exchange, OtherPath, Request, Signaling};
pub(super) use session::Cookies;
use session::Sids;
pub use variants::variants;

/// Where Socket.IO is found if not where it was looked for. No guessing beyond these: the servers
/// are other people's.
const USUAL_PATHS: [&str; 3] = ["/socket.io/", "/api/socket.io/", "/socket.io/socket.io/"];

/// Origin of this program's window.
const APP_ORIGIN: &str = "tauri://localhost";

/// Fresh polling sessions after the first.
const REPEATS: usize = 2;

/// Most redirects that are followed.
const REDIRECTS: usize = 5;

/// What is asked of which server.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Scheme, host and port of the server.
    pub server: Url,
    /// Path at which Socket.IO is expected.
    pub path: String,
    /// Further parameters of the handshake; never kept in the facts.
    pub query: Vec<(String, String)>,
    /// Sent with the namespace connect; never kept in the facts.
    pub auth: Option<Value>,
    /// Origin of the web site, for what browsers would meet; none leaves that out.
    pub site_origin: Option<String>,
}

/// Asks until `deadline`; every answer is given to `progress` as soon as it is there.
pub async fn signaling(
    network: &Network,
    question: &Question,
    deadline: Instant,
    progress: impl FnMut(&Signaling) + Send,
) -> Signaling {
    let mut asking = Asking::new(network, question, deadline, progress);
    asking.run(question.site_origin.as_deref()).await;
    asking.facts
}

/// `&name=value` of each.
fn parameters(query: &[(String, String)]) -> String {
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(query);
    match encoded.finish() {
        encoded if encoded.is_empty() => encoded,
        encoded => format!("&{encoded}"),
    }
}

fn connect_step(auth: Option<&Value>) -> Step {
    let text = match encode_connect("/", auth) {
        Frame::Text(text) => text.as_str().to_owned(),
        Frame::Binary(_) => String::new(),
    };
    let shown = if auth.is_some() { "40{…}" } else { "40" };
    Step::Send {
        text,
        shown: shown.to_owned(),
    }
}

struct Asking<'a, P> {
    network: &'a Network,
    endpoint: Endpoint,
    /// Further parameters of every request, encoded.
    query: String,
    /// The namespace connect, with auth.
    connect: Step,
    deadline: Instant,
    facts: Signaling,
    progress: P,
}

impl<'a, P: FnMut(&Signaling) + Send> Asking<'a, P> {
    fn new(network: &'a Network, question: &Question, deadline: Instant, progress: P) -> Self {
        Self {
            network,
            endpoint: Endpoint::new(question.server.clone()),
            query: parameters(&question.query),
            connect: connect_step(question.auth.as_ref()),
            deadline,
            facts: Signaling {
                server: question.server.origin().ascii_serialization(),
                path: format!("/{}/", question.path.trim_matches('/')).replace("//", "/"),
                ..Signaling::default()
            },
            progress,
        }
    }

    async fn run(&mut self, site_origin: Option<&str>) {
        let handshake = self.handshake_behind_redirects().await;
        let connected = handshake
            .connection
            .as_ref()
            .is_some_and(|connection| connection.fault.is_none());
        let open = polling_handshake(&handshake).is_some();
        let silent = handshake.response.is_none();
        self.facts.polling = Some(self.session_from(handshake).await);
        self.told();
        // Without a connection there is nobody to ask.
        if !connected {
            return;
        }
        let path = self.facts.path.clone();
        let fresh = self.fresh_websocket(&path, &[]).await;
        let websocket_open = websocket_handshake(&fresh).is_some();
        self.facts.websocket = Some(fresh);
        self.told();
        if !open && !silent {
            self.look_elsewhere().await;
        }
        if open {
            self.upgrade_first_session().await;
            if !self.is_mute() {
                self.repeat_sessions().await;
            }
        } else if silent && self.time_left() > limits::QUICK_ANSWER {
            self.wait_longer().await;
        }
        if (open || websocket_open)
            && let Some(origin) = site_origin
        {
            self.browsers(origin, open).await;
        }
    }

    /// Whether the namespace connect got no answer. More sessions would only wait as long again.
    fn is_mute(&self) -> bool {
        let session = self.facts.polling.as_ref();
        let steps = session.map(|session| [&session.connect, &session.poll]);
        let mut steps = steps.into_iter().flatten().flatten();
        steps.any(|step| step.response.is_none())
    }

    fn told(&mut self) {
        (self.progress)(&self.facts);
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn limit(&self) -> Duration {
        self.time_left().min(limits::QUICK_ANSWER)
    }

    async fn ask(&self, mut request: Request, limit: Duration) -> Exchange {
        let shown = request.target.clone();
        request.target.push_str(&self.query);
        let mut answer = exchange(self.network, &self.endpoint, request, limit).await;
        answer.request.target = shown;
        answer
    }

    async fn ask_websocket(&self, mut request: Request, steps: &[Step]) -> Exchange {
        let shown = request.target.clone();
        request.target.push_str(&self.query);
        let limit = self.limit();
        let mut answer = websocket(self.network, &self.endpoint, request, steps, limit).await;
        answer.request.target = shown;
        answer
    }

    /// A polling handshake; redirects to the same host are followed, never from https to http.
    async fn handshake_behind_redirects(&mut self) -> Exchange {
        let target = polling_target(&self.facts.path, None);
        let sent = format!("{target}{}", self.query);
        loop {
            let asked = request("GET", &target, &[("Accept", "*/*")]);
            let answer = self.ask(asked, self.limit()).await;
            let followed = self.facts.redirects.len();
            match followed_redirect(&self.endpoint.url, &sent, &answer) {
                Some(url) if followed < REDIRECTS => {
                    self.facts.server = url.origin().ascii_serialization();
                    self.endpoint.url = url;
                    self.facts.redirects.push(answer);
                    self.told();
                }
                _ => return answer,
            }
        }
    }

    /// A proxy may need long to give up; its answer tells more than none.
    async fn wait_longer(&mut self) {
        let target = polling_target(&self.facts.path, None);
        let asked = request("GET", &target, &[("Accept", "*/*")]);
        let limit = self.time_left().min(limits::PATIENT_ANSWER);
        let handshake = self.ask(asked, limit).await;
        if let Some(polling) = &mut self.facts.polling {
            polling.handshake = handshake;
        }
        self.told();
    }

    async fn fresh_websocket(&self, path: &str, headers: &[(&str, &str)]) -> Exchange {
        let asked = request("GET", &websocket_target(path, None), headers);
        let steps = [
            Step::Await(&["0"]),
            self.connect.clone(),
            Step::Decide {
                yes: "40",
                no: "44",
            },
            Step::Listen(limits::AFTER_NAMESPACE),
            Step::send("41"),
        ];
        self.ask_websocket(asked, &steps).await
    }

    async fn look_elsewhere(&mut self) {
        let Some(status) = self
            .facts
            .polling
            .as_ref()
            .map(|polling| polling.handshake.status())
        else {
            return;
        };
        if status == 200 {
            let target = format!("/no-such-path-{:08x}", rand::random::<u32>());
            let asked = request("GET", &target, &[("Accept", "*/*")]);
            self.facts.random_path = Some(self.ask(asked, self.limit()).await);
            self.told();
        }
        // Anything but "not here" would be the same everywhere.
        if !matches!(status, 200 | 404) {
            return;
        }
        let given = self.facts.path.clone();
        for path in USUAL_PATHS.into_iter().filter(|path| *path != given) {
            let asked = request("GET", &polling_target(path, None), &[("Accept", "*/*")]);
            let polling = self.ask(asked, self.limit()).await;
            if let Some(handshake) = polling_handshake(&polling) {
                self.leave(path, &handshake.sid, &Cookies::default(), false)
                    .await;
            }
            let websocket = self.fresh_websocket(path, &[]).await;
            let found =
                polling_handshake(&polling).is_some() || websocket_handshake(&websocket).is_some();
            self.facts.other_paths.push(OtherPath {
                path: path.to_owned(),
                polling,
                websocket,
            });
            self.told();
            if found {
                return;
            }
        }
    }

    async fn browsers(&mut self, origin: &str, open: bool) {
        let path = self.facts.path.clone();
        self.facts.cors = Some(Cors {
            origin: origin.to_owned(),
            ..Cors::default()
        });
        let polling = self.handshake_with_origin(origin).await;
        let preflight = request(
            "OPTIONS",
            &polling_target(&path, None),
            &[
                ("Origin", origin),
                ("Access-Control-Request-Method", "POST"),
            ],
        );
        let preflight = self.ask(preflight, self.limit()).await;
        let app = match open {
            true => Some(self.handshake_with_origin(APP_ORIGIN).await),
            false => None,
        };
        let websocket = self.fresh_websocket(&path, &[("Origin", origin)]).await;
        if let Some(cors) = &mut self.facts.cors {
            cors.polling = Some(polling);
            cors.preflight = Some(preflight);
            cors.app = app;
            cors.websocket = Some(websocket);
        }
        self.told();
    }

    async fn handshake_with_origin(&self, origin: &str) -> Exchange {
        let path = &self.facts.path;
        let headers = [("Accept", "*/*"), ("Origin", origin)];
        let asked = request("GET", &polling_target(path, None), &headers);
        let answer = self.ask(asked, self.limit()).await;
        if let Some(handshake) = polling_handshake(&answer) {
            self.leave(path, &handshake.sid, &Cookies::default(), false)
                .await;
        }
        answer
    }
}

/// The server to ask instead, if this answer sends to the same path and query of the same host.
fn followed_redirect(base: &Url, target: &str, answer: &Exchange) -> Option<Url> {
    if !(300..400).contains(&answer.status()) {
        return None;
    }
    let asked = base.join(target).ok()?;
    let to = asked.join(answer.header("location")?).ok()?;
    let same = to.host() == base.host() && to.path() == asked.path() && to.query() == asked.query();
    let safe = matches!(
        (base.scheme(), to.scheme()),
        ("http", "http" | "https") | ("https", "https")
    );
    let moved = to.origin() != asked.origin();
    (same && safe && moved).then_some(to)
}

pub(super) fn polling_target(path: &str, sid: Option<&str>) -> String {
    let session = Sids::parameter(sid);
    format!("{path}?EIO=4&transport=polling{session}")
}

pub(super) fn websocket_target(path: &str, sid: Option<&str>) -> String {
    let session = Sids::parameter(sid);
    format!("{path}?EIO=4&transport=websocket{session}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Response;

    fn answer(location: &str) -> Exchange {
        Exchange {
            response: Some(Response {
                status: 301,
                headers: vec![("Location".to_owned(), location.to_owned())],
                body: String::new(),
            }),
            ..Exchange::default()
        }
    }

    #[test]
    fn only_redirects_of_the_same_service_are_followed() {
        let base: Url = "http://h:80".parse().unwrap();
        let target = polling_target("/socket.io/", None);
        let follow = |location: &str| followed_redirect(&base, &target, &answer(location));
        let same = format!("https://h{target}");
        assert_eq!(follow(&same).unwrap().scheme(), "https");
        assert_eq!(follow(&format!("https://portal.example{target}")), None);
        assert_eq!(follow("https://h/login"), None);
        assert_eq!(follow(&target), None, "a loop");
        let secure: Url = "https://h".parse().unwrap();
        let back = answer(&format!("http://h{target}"));
        assert_eq!(followed_redirect(&secure, &target, &back), None);
    }
}
