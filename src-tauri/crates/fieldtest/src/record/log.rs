//! What happened, told by what changed from one view to the next.

use std::collections::{BTreeMap, BTreeSet};

use call::view::{
    CallView, ConnectionView, LossCause, MicrophoneView, ParticipantView, RemoteAudioView,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::sample::{Direction, Sample, in_short};

/// Loss from which on it is worth an entry, percent, and below which it is over.
const LOSS: (f64, f64) = (10.0, 2.0);
/// For how long after a return others may show, by coming back, that the gateway was restarted.
const OTHERS_RETURN_MS: u64 = 60_000;

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export, rename = "StatsEvent")]
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
    lost: Option<Loss>,
    returned: Option<Return>,
    lossy: BTreeSet<String>,
    /// Those of whom nothing arrives any more, by id.
    silent: BTreeSet<String>,
}

/// A connection that was lost.
#[derive(Debug)]
struct Loss {
    since: u64,
    cause: LossCause,
    others: Others,
}

/// A connection that came back, while it is not known whether the gateway was restarted.
#[derive(Debug)]
struct Return {
    at: u64,
    seconds: String,
    others: Others,
}

/// Names by id.
type Others = BTreeMap<String, String>;

impl Log {
    pub(super) fn changes(&mut self, at: u64, view: &CallView) -> Vec<LogEntry> {
        let before = self.before.replace(view.clone());
        let mut entries = Vec::new();
        let known = match &self.lost {
            Some(loss) => loss.others.clone(),
            None => before.as_ref().map(others).unwrap_or_default(),
        };
        let (was_lost, was_in) = (self.lost.is_some(), self.joined);
        self.connection(at, view, &known, &mut entries);
        let Some(before) = before else { return entries };
        let path = |of: &CallView| of.path.as_ref().map(in_short);
        if let (Some(old), Some(new)) = (path(&before), path(view))
            && old != new
        {
            entries.push(LogEntry::new(at, "path.changed").with("path", new));
        }
        // Until one is in the room, it is still filling, and devices are being opened.
        if !was_in {
            return entries;
        }
        // During a loss the list is not the room's.
        if was_lost && self.lost.is_none() {
            people_after_loss(at, &known, view, &mut entries);
        } else if self.lost.is_none() {
            self.people(at, &before, view, &mut entries);
        }
        self.restart(at, view, &mut entries);
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

    fn connection(
        &mut self,
        at: u64,
        view: &CallView,
        known: &Others,
        entries: &mut Vec<LogEntry>,
    ) {
        match &view.connection {
            ConnectionView::Reconnecting { cause, .. } if self.lost.is_none() => {
                self.lost = Some(Loss {
                    since: at,
                    cause: *cause,
                    others: known.clone(),
                });
                self.returned = None;
                entries.push(LogEntry::new(
                    at,
                    match cause {
                        LossCause::Media => "media.lost",
                        LossCause::Signaling | LossCause::Session => "gateway.lost",
                    },
                ));
            }
            ConnectionView::Connected => {
                if let Some(loss) = self.lost.take() {
                    entries.push(self.back(at, loss, view));
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

    fn back(&mut self, at: u64, loss: Loss, view: &CallView) -> LogEntry {
        let seconds = at.saturating_sub(loss.since) as f64 / 1_000.0;
        let seconds = format!("{seconds:.1}");
        let code = match loss.cause {
            LossCause::Media => "media.back",
            // The gateway lives and knows nothing of us any more.
            LossCause::Session => "gateway.restarted",
            LossCause::Signaling if was_restarted(&loss.others, view) => "gateway.restarted",
            LossCause::Signaling => {
                self.returned = Some(Return {
                    at,
                    seconds: seconds.clone(),
                    others: loss.others,
                });
                "gateway.back"
            }
        };
        LogEntry::new(at, code).with("seconds", seconds)
    }

    /// The others may be back later than oneself.
    fn restart(&mut self, at: u64, view: &CallView, entries: &mut Vec<LogEntry>) {
        let Some(returned) = self.returned.take() else {
            return;
        };
        if was_restarted(&returned.others, view) {
            let restarted = LogEntry::new(at, "gateway.restarted");
            entries.push(restarted.with("seconds", returned.seconds));
        } else if at.saturating_sub(returned.at) < OTHERS_RETURN_MS
            && !any_stayed(&returned.others, view)
        {
            self.returned = Some(returned);
        }
    }

    fn people(&mut self, at: u64, before: &CallView, now: &CallView, entries: &mut Vec<LogEntry>) {
        let find = |view: &CallView, id: &str| -> Option<ParticipantView> {
            view.participants.iter().find(|one| one.id == id).cloned()
        };
        for one in &now.participants {
            let Some(old) = find(before, &one.id) else {
                entries.push(LogEntry::new(at, "participant.joined").with("name", &one.name));
                continue;
            };
            let code = match (old.audio, one.audio) {
                (RemoteAudioView::Live, RemoteAudioView::Connecting) => {
                    self.silent.insert(one.id.clone());
                    "participant.silent"
                }
                (_, RemoteAudioView::Live) if self.silent.remove(&one.id) => "participant.heard",
                _ => continue,
            };
            entries.push(LogEntry::new(at, code).with("name", &one.name));
        }
        for one in &before.participants {
            if find(now, &one.id).is_none() {
                self.silent.remove(&one.id);
                entries.push(LogEntry::new(at, "participant.left").with("name", &one.name));
            }
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

fn others(view: &CallView) -> Others {
    let each = view.participants.iter();
    each.map(|one| (one.id.clone(), one.name.clone())).collect()
}

fn any_stayed(before: &Others, view: &CallView) -> bool {
    let mut now = view.participants.iter();
    now.any(|one| before.contains_key(&one.id))
}

/// A gateway that lost a connection only still has the others by their ids; after a restart they
/// are back under new ones.
fn was_restarted(before: &Others, view: &CallView) -> bool {
    let mut now = view.participants.iter();
    !any_stayed(before, view) && now.any(|one| before.values().any(|name| *name == one.name))
}

/// Who comes back under a new id has not left.
fn people_after_loss(at: u64, before: &Others, now: &CallView, entries: &mut Vec<LogEntry>) {
    let mut gone: Vec<&String> = before.values().collect();
    for one in &now.participants {
        match gone.iter().position(|name| **name == one.name) {
            Some(known) => {
                gone.swap_remove(known);
            }
            None => entries.push(LogEntry::new(at, "participant.joined").with("name", &one.name)),
        }
    }
    for name in gone {
        entries.push(LogEntry::new(at, "participant.left").with("name", name));
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
