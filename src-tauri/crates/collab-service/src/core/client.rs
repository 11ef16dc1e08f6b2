//! One socket: who it says it is, and what it speaks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::moment::Moment;
use super::payload::cut;
use super::vocabularies::Vocabularies;
use super::{Core, SocketId};
use crate::limits::ID_CHARS;

/// What a client said when it connected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hello {
    /// The CONNECT auth.
    pub auth: Option<Value>,
    /// The query of the handshake, decoded.
    pub query: Vec<(String, String)>,
}

/// Who a client says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Identity {
    pub id: Option<String>,
    pub name: Option<String>,
    pub role: Option<String>,
}

impl Hello {
    /// The auth comes first, then the query.
    pub(super) fn identity(&self) -> Identity {
        let auth = |key: &str| match self.auth.as_ref()?.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let query = |key: &str| {
            let found = self.query.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.clone())
        };
        let said = |keys: [&str; 2]| {
            let [long, short] = keys;
            let found = auth(long).or_else(|| auth(short)).or_else(|| query(long));
            found.filter(|text| !text.is_empty())
        };
        Identity {
            id: auth("user_id")
                .or_else(|| query("user_id"))
                .filter(|id| !id.is_empty() && id.chars().count() <= ID_CHARS),
            name: said(["user_name", "name"]),
            role: said(["user_role", "role"]),
        }
    }

    /// What the client asks to be allowed, which is only repeated.
    pub(super) fn permissions(&self) -> Value {
        let asked = self.auth.as_ref().and_then(|auth| auth.get("permissions"));
        match asked {
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(Value::as_str)
                .take(100)
                .map(|text| Value::from(cut(text, ID_CHARS)))
                .collect(),
            _ => Value::Array(Vec::new()),
        }
    }
}

/// One socket.
#[derive(Debug)]
pub(super) struct Client {
    pub id: String,
    /// Whether it has said who it is.
    pub is_named: bool,
    /// The vocabularies that it has shown to speak.
    pub heard: Vocabularies,
    /// The records on which it is.
    pub records: BTreeSet<String>,
}

impl Client {
    pub(super) fn new(socket: SocketId, hello: &Hello) -> Self {
        let id = hello.identity().id;
        Self {
            is_named: id.is_some(),
            id: id.unwrap_or_else(|| format!("guest-{}", socket.0)),
            heard: Vocabularies::NONE,
            records: BTreeSet::new(),
        }
    }

    /// Whether it is to be told insights: it asked for them, or has shown to be nobody and to
    /// speak nothing else.
    pub(super) fn wants_insights(&self) -> bool {
        self.heard.has(Vocabularies::INSIGHTS) || (self.heard.is_empty() && !self.is_named)
    }
}

impl Core {
    /// A socket showed that it speaks a vocabulary, perhaps about a record on which it is.
    pub(super) fn heard(
        &mut self,
        socket: SocketId,
        vocabulary: Vocabularies,
        record: Option<&str>,
    ) {
        let Some(client) = self.clients.get_mut(&socket) else {
            return;
        };
        client.heard = client.heard.with(vocabulary);
        let person = record
            .and_then(|id| self.records.get_mut(id))
            .and_then(|record| record.person_mut(&client.id));
        let mut seats = person.into_iter().flat_map(|person| &mut person.seats);
        if let Some(seat) = seats.find(|seat| seat.socket == socket) {
            seat.spoken = seat.spoken.with(vocabulary);
        }
    }

    /// Whose socket it is.
    pub(super) fn id_of(&self, socket: SocketId) -> String {
        let client = self.clients.get(&socket);
        client.map(|client| client.id.clone()).unwrap_or_default()
    }

    /// A socket says whose it is. On the records where it is, one person goes and another comes.
    pub(super) fn identify(
        &mut self,
        now: Moment,
        socket: SocketId,
        id: &str,
        name: Option<&str>,
        role: Option<&str>,
    ) {
        self.learn(id, name, role, true);
        let Some(client) = self.clients.get_mut(&socket) else {
            return;
        };
        client.is_named = true;
        if client.id == id {
            return;
        }
        let before = std::mem::replace(&mut client.id, id.to_owned());
        let mut seats = Vec::new();
        for record in self.records_of(socket) {
            let found = self.records.get(&record);
            let entered = found.and_then(|found| found.seat(&before, socket));
            seats.extend(entered.map(|seat| (record, seat.entered)));
        }
        for (record, entered) in seats {
            if let Some(client) = self.clients.get_mut(&socket) {
                client.id.clone_from(&before);
            }
            self.leave(now, socket, &record, entered);
            if let Some(client) = self.clients.get_mut(&socket) {
                id.clone_into(&mut client.id);
            }
            // A record that is full was not left by anybody else in between.
            let _ = self.enter(now, socket, &record, entered, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn auth_comes_before_query() {
        let query = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let hello = Hello {
            auth: Some(json!({ "user_id": 7, "role": "nurse", "permissions": ["a", 1] })),
            query: vec![query("user_id", "u1"), query("user_name", "Ann Lee")],
        };
        let expected = Identity {
            id: Some("7".to_owned()),
            name: Some("Ann Lee".to_owned()),
            role: Some("nurse".to_owned()),
        };
        assert_eq!(hello.identity(), expected);
        assert_eq!(hello.permissions(), json!(["a"]));
        let nonsense = Hello {
            auth: Some(json!(["user_id"])),
            query: vec![query("user_id", "")],
        };
        assert_eq!(nonsense.identity(), Identity::default());
    }
}
