//! One HTTP request and what came of it.

use serde::{Deserialize, Serialize};

use super::{Connection, Fault};

/// A request, and its answer or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Exchange {
    /// What was asked.
    pub request: Request,
    /// What was answered; none if nothing came.
    pub response: Option<Response>,
    /// From the request to the end of the answer, milliseconds; includes the connection.
    pub took_ms: f64,
    /// Why there is no answer, as the operating system or TLS says it.
    pub error: Option<String>,
    /// The same, told apart.
    pub fault: Option<Fault>,
    /// The connection that it was asked on; none in recordings.
    pub connection: Option<Connection>,
    /// Frames of a websocket after status 101.
    pub frames: Vec<Frame>,
    /// Close code of a websocket that the server closed.
    pub close: Option<u16>,
}

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// `GET`, `POST`, `OPTIONS`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// Body of a POST.
    pub body: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names and values, in order, repeats kept.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, as text.
    pub body: String,
}

/// A text frame of a websocket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Frame {
    /// Whether the server sent it.
    pub from_server: bool,
    /// Its text.
    pub text: String,
}

impl Exchange {
    /// Status of the answer; 0 if there is none.
    pub fn status(&self) -> u16 {
        self.response.as_ref().map_or(0, |response| response.status)
    }

    /// Body of the answer; empty if there is none.
    pub fn body(&self) -> &str {
        self.response.as_ref().map_or("", |response| &response.body)
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = &self.response.as_ref()?.headers;
        let found = headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}
