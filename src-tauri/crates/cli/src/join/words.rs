//! The call in words: what changed from one view to the next.

use call::view::{
    CallView, ConnectionView, DeliveryView, EndReason, LossCause, MediaPathView, MicrophoneView,
    NoticeView, ParticipantView, RemoteAudioView,
};

/// What there is to say about a view, given the one before.
pub fn changes(before: Option<&CallView>, now: &CallView) -> Vec<String> {
    let mut lines = Vec::new();
    connection(before, now, &mut lines);
    microphone(before, now, &mut lines);
    if let Some(path) = &now.path
        && before.and_then(|before| before.path.as_ref()) != Some(path)
    {
        lines.push(format!("  Media goes {}.", route(path)));
    }
    people(before, now, &mut lines);
    chat(before, now, &mut lines);
    let last = before
        .and_then(|before| before.notices.last())
        .map_or(0, |n| n.id);
    lines.extend(
        now.notices
            .iter()
            .filter(|n| n.id > last)
            .filter_map(notice),
    );
    lines
}

fn connection(before: Option<&CallView>, now: &CallView, lines: &mut Vec<String>) {
    let words = state(now);
    if before.map(state).as_ref() != Some(&words) && !words.is_empty() {
        lines.push(words);
    }
}

fn state(view: &CallView) -> String {
    match &view.connection {
        ConnectionView::Connecting => format!("Connecting to {} …", view.gateway_host),
        ConnectionView::Joining => format!("Joining the room \"{}\" …", view.room),
        ConnectionView::ConnectingMedia => "In the room; connecting the sound …".to_owned(),
        ConnectionView::Connected => format!("You are in the call as {}.", view.me.name),
        ConnectionView::Reconnecting { cause, .. } => match cause {
            LossCause::Signaling => "The connection was lost; reconnecting …",
            LossCause::Media => "The sound connection was lost; reconnecting …",
            LossCause::Session => "The gateway lost this call; joining again …",
        }
        .to_owned(),
        ConnectionView::Leaving => "Leaving …".to_owned(),
        ConnectionView::Ended { reason } => match reason {
            EndReason::Left => "You have left.".to_owned(),
            // Said as an error, on the other output.
            EndReason::Failed { .. } => String::new(),
        },
    }
}

fn microphone(before: Option<&CallView>, now: &CallView, lines: &mut Vec<String>) {
    let over = matches!(
        now.connection,
        ConnectionView::Leaving | ConnectionView::Ended { .. }
    );
    if over {
        return;
    }
    let words = |view: &CallView| match &view.me.microphone {
        MicrophoneView::Live {
            device,
            delivered: true,
        } => Some(format!("  Your microphone is live ({device}).")),
        MicrophoneView::Live {
            delivered: false, ..
        } => None,
        MicrophoneView::Muted { .. } => Some("  You are muted.".to_owned()),
        MicrophoneView::Unavailable { error: Some(error) } => Some(format!("  {}", error.message)),
        MicrophoneView::Unavailable { error: None } => None,
    };
    if let Some(line) = words(now)
        && before.and_then(words).as_ref() != Some(&line)
    {
        lines.push(line);
    }
}

fn route(path: &MediaPathView) -> String {
    let protocol = path.protocol.to_uppercase();
    if path.route == "relay" {
        format!("through a relay ({protocol}, IPv{})", path.ip_version)
    } else {
        format!(
            "directly to the gateway ({protocol}, IPv{})",
            path.ip_version
        )
    }
}

fn people(before: Option<&CallView>, now: &CallView, lines: &mut Vec<String>) {
    let earlier = before.map_or(&[][..], |before| &before.participants);
    let known = |person: &ParticipantView| earlier.iter().find(|p| p.id == person.id);
    for person in &now.participants {
        let then = known(person);
        if then.is_none() {
            lines.push(format!("+ {} is here.", person.name));
        }
        let then = then.map_or(RemoteAudioView::None, |p| p.audio);
        match (then, person.audio) {
            (RemoteAudioView::Live, RemoteAudioView::Muted) => {
                lines.push(format!("  {} is muted.", person.name));
            }
            (RemoteAudioView::Muted, RemoteAudioView::Live) => {
                lines.push(format!("  {} is no longer muted.", person.name));
            }
            _ => {}
        }
    }
    for person in earlier {
        if !now.participants.iter().any(|p| p.id == person.id) {
            lines.push(format!("- {} has left.", person.name));
        }
    }
}

fn chat(before: Option<&CallView>, now: &CallView, lines: &mut Vec<String>) {
    let last = before
        .and_then(|before| before.chat.last())
        .map_or(0, |m| m.id);
    for message in &now.chat {
        if message.id > last && !message.mine {
            lines.push(format!("[{}] {}", message.sender, message.text));
        }
        let then = before.and_then(|before| before.chat.iter().find(|m| m.id == message.id));
        let failed = |delivery| delivery == DeliveryView::Failed;
        if failed(message.delivery) && !then.is_some_and(|then| failed(then.delivery)) {
            lines.push(format!("! Not delivered: {}", message.text));
        }
    }
}

/// Notices that the rest does not tell already.
fn notice(notice: &NoticeView) -> Option<String> {
    let param = |key: &str| notice.params.get(key).map_or("", String::as_str);
    Some(match notice.code.as_str() {
        "back.after" => format!("  Back after {} s.", param("seconds")),
        "gateway.silent" => "! The gateway has not answered yet; still waiting.".to_owned(),
        "gateway.unable" | "microphone.refused" | "speaker.unavailable" => {
            format!("! {}", param("message"))
        }
        "media.slow" => {
            "! The sound does not connect. This network may block it; still trying.".to_owned()
        }
        "microphone.slow" => {
            "  Connecting the microphone takes longer than usual (captions service).".to_owned()
        }
        "participant.same-name" => {
            "  Somebody of your name is in the room; if it is an old session of yours, it \
             disappears within 30 s."
                .to_owned()
        }
        "chat.too-long" => format!("! A message may have {} characters.", param("limit")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use call::view::SelfView;

    use super::*;

    fn view(participants: Vec<ParticipantView>) -> CallView {
        CallView {
            room: "r".into(),
            share_link: "https://site.example/room/r".into(),
            gateway_host: "gateway.example".into(),
            connection: ConnectionView::Connected,
            me: SelfView {
                name: "An".into(),
                microphone: MicrophoneView::Muted { device: "m".into() },
                speaker: None,
                speaking: false,
            },
            participants,
            chat: vec![],
            unread_chat: 0,
            notices: vec![],
            path: None,
        }
    }

    fn bob(audio: RemoteAudioView) -> ParticipantView {
        ParticipantView {
            id: "1".into(),
            name: "Bob".into(),
            audio,
            speaking: false,
            joined_at_ms: 0,
        }
    }

    #[test]
    fn the_first_view_is_told_and_the_same_one_is_not() {
        let first = view(vec![]);
        assert_eq!(
            changes(None, &first),
            ["You are in the call as An.", "  You are muted."]
        );
        assert!(changes(Some(&first), &first).is_empty());
    }

    #[test]
    fn people_come_mute_and_go() {
        let empty = view(vec![]);
        let live = view(vec![bob(RemoteAudioView::Live)]);
        let muted = view(vec![bob(RemoteAudioView::Muted)]);
        assert_eq!(changes(Some(&empty), &live), ["+ Bob is here."]);
        assert_eq!(changes(Some(&live), &muted), ["  Bob is muted."]);
        assert_eq!(changes(Some(&muted), &live), ["  Bob is no longer muted."]);
        assert_eq!(changes(Some(&live), &empty), ["- Bob has left."]);
    }
}
