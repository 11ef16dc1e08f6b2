//! Polling sessions: handshake, namespace, upgrade, and out again.

use super::{Asking, REPEATS, Signaling, polling_target, websocket_target};
use crate::engineio::{Namespace, NamespaceAnswer, polling_handshake};
use crate::facts::{Exchange, PollingSession};
use crate::probes::http::request;
use crate::probes::limits;
use crate::probes::websocket::Step;

/// Packets of one polling body are joined by this.
const LEAVE_NAMESPACE: &str = "41\u{1e}1";
/// Closes an engine that has no namespace.
const LEAVE_ENGINE: &str = "1";

/// Cookies of one session: balancers use them to find the replica again.
#[derive(Debug, Clone, Default)]
pub(in crate::probes) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Those that an answer sets.
    pub(in crate::probes) fn of(answer: &Exchange) -> Self {
        let mut cookies = Self::default();
        cookies.add(answer);
        cookies
    }

    fn add(&mut self, answer: &Exchange) {
        let headers = answer.response.iter().flat_map(|answer| &answer.headers);
        for (name, value) in headers {
            if !name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            let pair = value.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                let name = name.trim().to_owned();
                self.0.retain(|(known, _)| *known != name);
                self.0.push((name, value.trim().to_owned()));
            }
        }
    }

    /// Value of a `Cookie` header.
    pub(in crate::probes) fn header(&self) -> Option<String> {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        let header = pairs.collect::<Vec<_>>().join("; ");
        (!header.is_empty()).then_some(header)
    }
}

/// Session ids as part of a query. They come from a server.
pub(super) struct Sids;

impl Sids {
    pub(super) fn parameter(sid: Option<&str>) -> String {
        let Some(sid) = sid else {
            return String::new();
        };
        let encoded: String = url::form_urlencoded::byte_serialize(sid.as_bytes()).collect();
        format!("&sid={encoded}")
    }
}

impl<P: FnMut(&Signaling) + Send> Asking<'_, P> {
    /// Goes on from a handshake: namespace connect and its answer.
    pub(super) async fn session_from(&self, handshake: Exchange) -> PollingSession {
        self.session(handshake, true).await
    }

    async fn session(&self, handshake: Exchange, with_cookies: bool) -> PollingSession {
        let mut session = PollingSession {
            handshake,
            ..PollingSession::default()
        };
        let Some(opened) = polling_handshake(&session.handshake) else {
            return session;
        };
        let mut cookies = Cookies::default();
        if with_cookies {
            cookies.add(&session.handshake);
        }
        let target = polling_target(&self.facts.path, Some(&opened.sid));
        let Step::Send { text, shown } = &self.connect else {
            return session;
        };
        let mut connect = self.post(&target, text, &cookies).await;
        connect.request.body = Some(shown.clone());
        let taken = connect.status() == 200;
        session.connect = Some(connect);
        // A replica that never saw the question would keep the poll waiting until its ping.
        if taken {
            let cookie = cookies.header();
            let mut headers = vec![("Accept", "*/*")];
            headers.extend(cookie.as_deref().map(|cookie| ("Cookie", cookie)));
            let poll = request("GET", &target, &headers);
            session.poll = Some(self.ask(poll, self.limit()).await);
        }
        session
    }

    async fn post(&self, target: &str, body: &str, cookies: &Cookies) -> Exchange {
        let cookie = cookies.header();
        let mut headers = vec![
            ("Accept", "*/*"),
            ("Content-Type", "text/plain;charset=UTF-8"),
        ];
        headers.extend(cookie.as_deref().map(|cookie| ("Cookie", cookie)));
        let mut asked = request("POST", target, &headers);
        asked.body = Some(body.to_owned());
        self.ask(asked, self.limit()).await
    }

    /// Leaves in order. The answer tells nothing new.
    pub(super) async fn leave(&self, path: &str, sid: &str, cookies: &Cookies, joined: bool) {
        let body = if joined {
            LEAVE_NAMESPACE
        } else {
            LEAVE_ENGINE
        };
        let target = polling_target(path, Some(sid));
        let _ = self.post(&target, body, cookies).await;
    }

    async fn leave_session(&self, session: &PollingSession, with_cookies: bool) {
        let Some(opened) = polling_handshake(&session.handshake) else {
            return;
        };
        let mut cookies = Cookies::default();
        if with_cookies {
            cookies.add(&session.handshake);
        }
        let namespace = Namespace::of_polling(session);
        let joined = namespace.and_then(|namespace| namespace.answer);
        let joined = joined == Some(NamespaceAnswer::Connected);
        self.leave(&self.facts.path, &opened.sid, &cookies, joined)
            .await;
    }

    /// The websocket with the first session's id, which is another thing than one from nothing.
    pub(super) async fn upgrade_first_session(&mut self) {
        let Some(mut session) = self.facts.polling.clone() else {
            return;
        };
        if let Some(opened) = polling_handshake(&session.handshake) {
            let mut cookies = Cookies::default();
            cookies.add(&session.handshake);
            let cookie = cookies.header();
            let headers: Vec<_> = cookie
                .iter()
                .map(|value| ("Cookie", value.as_str()))
                .collect();
            let target = websocket_target(&self.facts.path, Some(&opened.sid));
            let asked = request("GET", &target, &headers);
            let steps = [Step::send("2probe"), Step::Await(&["3probe"])];
            session.upgrade = Some(self.ask_websocket(asked, &steps).await);
        }
        self.leave_session(&session, true).await;
        self.facts.polling = Some(session);
        self.told();
    }

    /// Sessions from nothing, and one without cookies if those may be the reason.
    pub(super) async fn repeat_sessions(&mut self) {
        for _ in 0..REPEATS {
            if self.time_left() < limits::REPEAT {
                return;
            }
            let session = self.fresh_session(true).await;
            self.facts.repeats.push(session);
            self.told();
        }
        let sessions = self.facts.polling.iter().chain(&self.facts.repeats);
        let lost = |session: &PollingSession| {
            session
                .connect
                .as_ref()
                .is_some_and(|connect| connect.status() != 200)
        };
        let sets_cookies =
            |session: &PollingSession| session.handshake.header("set-cookie").is_some();
        let suspicious = sessions.clone().any(lost) && sessions.clone().any(sets_cookies);
        if suspicious && self.time_left() > limits::REPEAT {
            self.facts.without_cookies = Some(self.fresh_session(false).await);
            self.told();
        }
    }

    async fn fresh_session(&self, with_cookies: bool) -> PollingSession {
        let target = polling_target(&self.facts.path, None);
        let asked = request("GET", &target, &[("Accept", "*/*")]);
        let handshake = self.ask(asked, self.limit()).await;
        let session = self.session(handshake, with_cookies).await;
        self.leave_session(&session, with_cookies).await;
        session
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Response;

    #[test]
    fn cookies_are_sent_back_without_their_attributes() {
        let mut cookies = Cookies::default();
        assert_eq!(cookies.header(), None);
        let set = |value: &str| ("Set-Cookie".to_owned(), value.to_owned());
        cookies.add(&Exchange {
            response: Some(Response {
                headers: vec![set("replica=a; Path=/; HttpOnly"), set("x=1"), set("bad")],
                ..Response::default()
            }),
            ..Exchange::default()
        });
        assert_eq!(cookies.header().as_deref(), Some("replica=a; x=1"));
    }

    #[test]
    fn session_ids_cannot_leave_their_parameter() {
        assert_eq!(Sids::parameter(Some("a&b=c d")), "&sid=a%26b%3Dc+d");
    }
}
