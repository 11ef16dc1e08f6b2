//! Connection-state recovery: what to tell the server so that it can restore the session and send
//! what was missed (socket.io 4.6, "Connection state recovery").

use serde_json::{Map, Value};

/// Kept from one connection to the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Recovery {
    /// Private session id, when the server offers recovery.
    pid: Option<String>,
    /// Offset of the last event that we have.
    offset: Option<String>,
}

impl Recovery {
    /// The payload of the CONNECT packet.
    pub(crate) fn auth(&self, auth: Option<&Value>) -> Option<Value> {
        let Some(pid) = &self.pid else {
            return auth.cloned();
        };
        let mut fields = Map::new();
        fields.insert("pid".to_owned(), pid.clone().into());
        if let Some(offset) = &self.offset {
            fields.insert("offset".to_owned(), offset.clone().into());
        }
        match auth {
            None => {}
            Some(Value::Object(own)) => fields.extend(own.clone()),
            Some(other) => return Some(other.clone()),
        }
        Some(Value::Object(fields))
    }

    /// Takes the `pid` of the server's answer; true when it restored the session we had.
    pub(crate) fn connected(&mut self, pid: Option<&str>) -> bool {
        let recovered = pid.is_some() && pid == self.pid.as_deref();
        if !recovered {
            self.offset = None;
        }
        self.pid = pid.map(str::to_owned);
        recovered
    }

    /// A server with recovery appends the offset as last argument to the events that ask for no
    /// ack.
    pub(crate) fn received(&mut self, args: &[Value], wants_ack: bool) {
        if self.pid.is_none() || wants_ack {
            return;
        }
        if let Some(Value::String(offset)) = args.last() {
            self.offset = Some(offset.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn asks_for_the_session_it_had() {
        let mut recovery = Recovery::default();
        let own = json!({"token": "t"});
        recovery.received(&[json!("not an offset")], false);
        assert_eq!(recovery.auth(Some(&own)), Some(own.clone()));
        assert!(!recovery.connected(Some("p1")));
        recovery.received(&[json!(1), json!("o1")], false);
        recovery.received(&[json!("of an event with ack")], true);
        recovery.received(&[json!(2)], false);
        assert_eq!(
            recovery.auth(Some(&own)),
            Some(json!({"pid": "p1", "offset": "o1", "token": "t"}))
        );
        assert_eq!(recovery.auth(Some(&json!("text"))), Some(json!("text")));
        assert!(recovery.connected(Some("p1")));
        assert!(!recovery.connected(Some("p2")), "another session");
        assert_eq!(recovery.auth(None), Some(json!({"pid": "p2"})));
        assert!(!recovery.connected(None));
        assert_eq!(recovery.auth(None), None);
    }
}
