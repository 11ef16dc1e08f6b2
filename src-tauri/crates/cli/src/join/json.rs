//! The call as JSON lines.

use std::time::Duration;

use call::view::{CallView, EndReason, ErrorView, LevelsView};
use call::{CallOptions, CallStats};
use serde::Serialize;

use super::Show;
use super::control::Wish;
use crate::output;

/// Prints one object per line.
#[derive(Debug)]
pub struct Lines {
    read: bool,
    last_notice: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            read: true,
            last_notice: 0,
        }
    }
}

impl Lines {
    fn print(&mut self, key: &str, value: &impl Serialize) {
        self.read &= output::json(key, value);
    }
}

impl Show for Lines {
    fn begins(&mut self, _: &CallOptions) {}

    fn view(&mut self, view: &CallView) {
        for notice in &view.notices {
            if notice.id > self.last_notice {
                self.last_notice = notice.id;
                self.print("notice", notice);
            }
        }
        self.print("view", view);
    }

    fn levels(&mut self, levels: &LevelsView) {
        self.print("levels", levels);
    }

    fn first_audio(&mut self, after: Duration) {
        let ms = (after.as_secs_f64() * 10_000.0).round() / 10.0;
        self.print("firstAudio", &serde_json::json!({ "ms": ms }));
    }

    fn stats(&mut self, stats: &CallStats, _: bool) {
        self.print("stats", stats);
    }

    fn typed(&mut self, _: &Wish) {}

    fn unknown(&mut self, line: &str) {
        let error = ErrorView {
            code: "command.unknown".to_owned(),
            message: format!("\"{line}\" is no command."),
            details: String::new(),
        };
        self.print("error", &error);
    }

    fn failed(&mut self, error: &ErrorView) {
        self.print("error", error);
    }

    fn ended(&mut self, reason: &EndReason) {
        self.print("ended", reason);
    }

    fn is_read(&self) -> bool {
        self.read
    }
}
