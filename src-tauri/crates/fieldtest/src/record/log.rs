//! What happened, told by what changed from one view to the next.

use std::collections::{BTreeMap, BTreeSet};

use call::view::{
    CallView, ConnectionView, LossCause, MicrophoneView, ParticipantView, RemoteAudioView,
};
use serde::{Deserialize, Serialize};

use super::sample::{Direction, Sample, in_short};

/// Loss from which on it is worth an entry, percent, and below which it is over.
const LOSS: (f64, f64) = (10.0, 2.0);

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogEntry {
    /// Milliseconds since 1970.
    pub at: u64,
    /// Stable code; the page has words for it.
    pub code: String,
    /// Values for the words.
    pub values: BTreeMap<String, String>,
}

impl LogEntry {
    fn new(at: u64, code: &str) -> Self {
        Self {
            at,
            code: code.to_owned(),
            values: BTreeMap::new(),
        }
    }

    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What the view before was like.
#[derive(Debug, Default)]
pub(super) struct Log {
    before: Option<CallView>,
    joined: bool,
    lost: Option<(u64, LossCause)>,
    lossy: BTreeSet<String>,
}

impl Log {
    pub(super) fn changes(&mut self, at: u64, view: &CallView) -> Vec<LogEntry> {
        let before = self.before.replace(view.clone());
        let mut entries = Vec::new();
        self.connection(at, view, &mut entries);
        let Some(before) = before else { return entries };
        let path = |of: &CallView| of.path.as_ref().map(in_short);
        if let (Some(old), Some(new)) = (path(&before), path(view))
            && old != new
        {
            entries.push(LogEntry::new(at, "path.changed").with("path", new));
        }
        // During a loss the list is not the room's.
        if self.lost.is_none() {
            people(at, &before, view, &mut entries);
        }
        microphone(at, &before.me.microphone, &view.me.microphone, &mut entries);
        if let (Some(old), Some(new)) = (&before.me.speaker, &view.me.speaker)
            && old != new
        {
            entries.push(LogEntry::new(at, "speaker.changed").with("device", new));
        }
        if before.me.speaker.is_some() && view.me.speaker.is_none() {
            entries.push(LogEntry::new(at, "speaker.lost"));
        }
        entries
    }

    fn connection(&mut self, at: u64, view: &CallView, entries: &mut Vec<LogEntry>) {
        match &view.connection {
            ConnectionView::Reconnecting { cause, .. } if self.lost.is_none() => {
                self.lost = Some((at, *cause));
                entries.push(LogEntry::new(
                    at,
                    match cause {
                        LossCause::Media => "media.lost",
                        LossCause::Signaling | LossCause::Session => "gateway.lost",
                    },
                ));
            }
            ConnectionView::Connected => {
                if let Some((since, cause)) = self.lost.take() {
                    let code = match cause {
                        LossCause::Media => "media.back",
                        LossCause::Signaling => "gateway.back",
                        // The gateway lives and knows nothing of us any more.
                        LossCause::Session => "gateway.restarted",
                    };
                    let seconds = at.saturating_sub(since) as f64 / 1_000.0;
                    entries.push(LogEntry::new(at, code).with("seconds", format!("{seconds:.1}")));
                } else if !self.joined {
                    entries.push(LogEntry::new(at, "room.joined"));
                    if let Some(path) = &view.path {
                        let connected = LogEntry::new(at, "media.connected");
                        entries.push(connected.with("path", in_short(path)));
                    }
                }
                self.joined = true;
            }
            _ => {}
        }
    }

    /// What the numbers of a second add.
    pub(super) fn losses(&mut self, sample: &Sample) -> Vec<LogEntry> {
        let mut entries = Vec::new();
        let received = sample
            .rows
            .iter()
            .filter(|row| row.direction == Direction::In);
        for row in received {
            let known = self.lossy.contains(&row.participant_id);
            if row.loss_percent >= LOSS.0 && !known {
                self.lossy.insert(row.participant_id.clone());
                let entry = LogEntry::new(sample.at, "loss.high").with("name", &row.name);
                entries.push(entry.with("percent", format!("{:.0}", row.loss_percent)));
            } else if row.loss_percent < LOSS.1 && known {
                self.lossy.remove(&row.participant_id);
                entries.push(LogEntry::new(sample.at, "loss.over").with("name", &row.name));
            }
        }
        entries
    }
}

fn people(at: u64, before: &CallView, now: &CallView, entries: &mut Vec<LogEntry>) {
    let find = |view: &'_ CallView, id: &str| -> Option<ParticipantView> {
        view.participants.iter().find(|one| one.id == id).cloned()
    };
    for one in &now.participants {
        match find(before, &one.id) {
            None => entries.push(LogEntry::new(at, "participant.joined").with("name", &one.name)),
            Some(old) => {
                let code = match (old.audio, one.audio) {
                    (RemoteAudioView::Live, RemoteAudioView::Connecting) => "participant.silent",
                    (RemoteAudioView::Connecting, RemoteAudioView::Live) => "participant.heard",
                    _ => continue,
                };
                entries.push(LogEntry::new(at, code).with("name", &one.name));
            }
        }
    }
    for one in &before.participants {
        if find(now, &one.id).is_none() {
            entries.push(LogEntry::new(at, "participant.left").with("name", &one.name));
        }
    }
}

fn microphone(at: u64, before: &MicrophoneView, now: &MicrophoneView, entries: &mut Vec<LogEntry>) {
    use MicrophoneView::{Live, Muted, Unavailable};
    let code = match (before, now) {
        (Live { .. }, Muted { .. }) => "microphone.muted",
        (Muted { .. }, Live { .. }) => "microphone.unmuted",
        (Live { .. } | Muted { .. }, Unavailable { .. }) => "microphone.lost",
        (Live { device: old, .. }, Live { device: new, .. }) if old != new => {
            entries.push(LogEntry::new(at, "microphone.changed").with("device", new));
            return;
        }
        _ => return,
    };
    entries.push(LogEntry::new(at, code));
}
