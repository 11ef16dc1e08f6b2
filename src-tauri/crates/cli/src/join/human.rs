//! The call for a person at a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use call::view::{CallView, EndReason, ErrorView, LevelsView, MicrophoneView};
use call::{CallOptions, CallStats, Command};

use super::control::Wish;
use super::{Show, words};
use crate::output;

/// Blocks of a level meter.
const METER: usize = 6;
/// People whose meters fit into a line of 80 characters.
const METERS: usize = 3;
/// Characters of a name in that line.
const SHORT_NAME: usize = 8;

/// Prints what happens. In a terminal a line of meters is kept just above the line on which a
/// person types, so that neither disturbs the other.
#[derive(Debug)]
pub struct Terminal {
    shown: Option<CallView>,
    interactive: bool,
    /// The line of meters above the cursor, if there is one.
    meters: Option<String>,
    read: bool,
    /// Every second update of the levels is enough for the eye.
    skip: bool,
}

impl Terminal {
    pub fn new() -> Self {
        Self {
            shown: None,
            interactive: std::io::stdout().is_terminal() && std::io::stdin().is_terminal(),
            meters: None,
            read: true,
            skip: false,
        }
    }

    /// Prints lines above the meters.
    fn say(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let mut text = self.clear(1);
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        self.read &= output::text(&text);
    }

    fn complain(&mut self, message: &str) {
        let clear = self.clear(1);
        self.read &= output::text(&clear);
        eprintln!("error: {message}");
    }

    /// What takes the meters away, which are so many lines above the cursor.
    fn clear(&mut self, lines: u8) -> String {
        match self.meters.take() {
            Some(_) => format!("\x1b[{lines}A\r\x1b[J"),
            None => String::new(),
        }
    }
}

impl Show for Terminal {
    fn begins(&mut self, options: &CallOptions) {
        self.say(&[format!("Calling the room \"{}\" …", options.link.room)]);
        if self.interactive {
            self.say(&["Type to chat; /mute, /unmute, /stats, /quit.".to_owned()]);
        }
    }

    fn view(&mut self, view: &CallView) {
        let lines = words::changes(self.shown.as_ref(), view);
        self.say(&lines);
        self.shown = Some(view.clone());
    }

    fn levels(&mut self, levels: &LevelsView) {
        self.skip = !self.skip;
        if !self.interactive || self.skip {
            return;
        }
        let Some(view) = &self.shown else { return };
        let line = meters(view, levels);
        let text = match &self.meters {
            Some(before) if *before == line => return,
            // One line up and back again, with whatever is being typed left alone.
            Some(_) => format!("\x1b7\x1b[1A\r\x1b[2K{line}\x1b8"),
            None => format!("{line}\n"),
        };
        self.meters = Some(line);
        self.read &= output::text(&text);
    }

    fn typed(&mut self, wish: &Wish) {
        if !self.interactive {
            return;
        }
        // What was typed has moved the cursor down; a message is shown as one instead.
        let mut text = self.clear(2);
        if let Wish::Call(Command::Chat(message)) = wish {
            let name = self.shown.as_ref().map_or("you", |view| &view.me.name);
            text.push_str(&format!("[{name}] {message}\n"));
        }
        self.read &= output::text(&text);
    }

    fn first_audio(&mut self, _: Duration) {}

    fn stats(&mut self, stats: &CallStats, asked: bool) {
        if !asked {
            return;
        }
        let mut lines = vec![format!(
            "  Sent {} packets, {} lost{}.",
            stats.packets_sent,
            stats.packets_sent_lost.max(0),
            stats
                .round_trip_ms
                .map_or(String::new(), |ms| format!("; round trip {ms:.0} ms"))
        )];
        let name = |id: &String| {
            let people = self.shown.iter().flat_map(|view| &view.participants);
            people
                .filter(|person| person.id == *id)
                .map(|person| person.name.clone())
                .next()
                .unwrap_or_default()
        };
        lines.extend(stats.received.iter().map(|(id, received)| {
            format!(
                "  {}: {} packets, {} lost, {} frames concealed, buffer {:.0} ms.",
                name(id),
                received.packets,
                received.lost.max(0),
                received.concealed_frames,
                received.buffer_ms
            )
        }));
        self.say(&lines);
    }

    fn unknown(&mut self, line: &str) {
        self.say(&[format!(
            "! \"/{line}\" is no command: /mute, /unmute, /stats, /quit."
        )]);
    }

    fn failed(&mut self, error: &ErrorView) {
        self.complain(&error.message);
    }

    fn ended(&mut self, reason: &EndReason) {
        let clear = self.clear(1);
        self.read &= output::text(&clear);
        if let EndReason::Failed { error } = reason {
            self.complain(&error.message);
        }
    }

    fn is_read(&self) -> bool {
        self.read
    }
}

fn meters(view: &CallView, levels: &LevelsView) -> String {
    let mut parts = vec![match &view.me.microphone {
        MicrophoneView::Live { .. } => format!("you {}", meter(levels.me)),
        MicrophoneView::Muted { .. } => "you (muted)".to_owned(),
        MicrophoneView::Unavailable { .. } => "you (no microphone)".to_owned(),
    }];
    for person in view.participants.iter().take(METERS) {
        let level = levels.participants.get(&person.id).copied();
        let short: String = person.name.chars().take(SHORT_NAME).collect();
        parts.push(format!(
            "{short} {}",
            meter(level.unwrap_or(f32::NEG_INFINITY))
        ));
    }
    let more = view.participants.len().saturating_sub(METERS);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    parts.join("  ")
}

/// -60 dBFS is empty, 0 is full.
fn meter(level: f32) -> String {
    let share = ((level + 60.0) / 60.0).clamp(0.0, 1.0);
    // Between 0 and METER.
    let full = (share * METER as f32).round() as usize;
    format!("{}{}", "▮".repeat(full), "▯".repeat(METER - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meters_are_full_at_0_and_empty_at_minus_60() {
        assert_eq!(meter(0.0), "▮▮▮▮▮▮");
        assert_eq!(meter(-30.0), "▮▮▮▯▯▯");
        assert_eq!(meter(-127.0), "▯▯▯▯▯▯");
        assert_eq!(meter(f32::NEG_INFINITY), "▯▯▯▯▯▯");
        assert_eq!(meter(f32::NAN).chars().count(), METER);
    }
}
