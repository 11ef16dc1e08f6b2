//! What the owner of the service has to tell people.

use serde_json::json;

use super::moment::Moment;
use super::vocabularies::{Vocabularies, record_of};
use super::{Core, SocketId};

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoticeLevel {
    /// For information.
    #[default]
    Info,
    /// Something went well.
    Success,
    /// Something may go wrong.
    Warning,
    /// Something is wrong.
    Error,
}

impl NoticeLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something to tell people, in each vocabulary that has a word for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// Heading; may be empty.
    pub title: String,
    /// Text.
    pub text: String,
    /// Only for those on this record, and for those who listen to insights; for all without one.
    pub record: Option<String>,
}

impl Core {
    /// Tells people.
    pub(crate) fn notify(&mut self, now: Moment, notice: &Notice) {
        self.last_notice += 1;
        // Numbers begin again after a restart; ids must not.
        let id = format!("notice-{}-{}", now.unix_us, self.last_notice);
        let on_record = notice.record.as_deref().map(record_of);
        let chosen = |wants: &dyn Fn(&super::Client) -> bool| -> Vec<SocketId> {
            let clients = self.clients.iter().filter(|(_, client)| wants(client));
            clients.map(|(socket, _)| *socket).collect()
        };
        let service = chosen(&|client| {
            client.heard.has(Vocabularies::SERVICE)
                && on_record.is_none_or(|id| client.records.contains(id))
        });
        let insights = chosen(&super::Client::wants_insights);
        let notification = json!({
            "id": id,
            "type": notice.level.name(),
            "title": notice.title,
            "message": notice.text,
            "read": false,
            "timestamp": now.text(),
        });
        let insight = json!({
            "id": id,
            "type": notice.level.name(),
            "title": notice.title,
            "content": notice.text,
            "timestamp": now.text(),
        });
        self.tell(service, "notification", vec![notification]);
        self.tell(insights, "insight_generated", vec![insight]);
    }
}
