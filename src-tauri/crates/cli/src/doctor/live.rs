//! The ladder while it is climbed, on a terminal.

use std::fmt::Write;
use std::io::IsTerminal;

use fieldtest::diagnosis::RungResult;
use fieldtest::doctor::Progress;
use fieldtest::report::ladder_words;
use fieldtest::report::text::{Layout, line};
use fieldtest::{Rung, Verdict};

use crate::{args, output};

/// Draws one line for each rung that was begun, in the order of the ladder.
pub struct Live {
    layout: Layout,
    rungs: Vec<Row>,
    drawn: usize,
    on: bool,
}

struct Row {
    rung: Rung,
    result: Option<(RungResult, f64)>,
}

impl Live {
    pub fn new(args: &args::Doctor, layout: Layout) -> Self {
        Self {
            layout,
            rungs: Vec::new(),
            drawn: 0,
            on: !args.json && std::io::stdout().is_terminal(),
        }
    }

    pub fn show(&mut self, progress: &Progress) {
        let (rung, result) = match progress {
            Progress::Started { rung } => (*rung, None),
            Progress::Judged { result, took_ms } => (result.rung, Some((result.clone(), *took_ms))),
        };
        match self.rungs.iter_mut().find(|row| row.rung == rung) {
            Some(row) => row.result = result.or(row.result.take()),
            None => self.rungs.push(Row { rung, result }),
        }
        self.rungs.sort_by_key(|row| row.rung);
        self.draw();
    }

    /// Takes the lines away: the report has them all.
    pub fn clear(&mut self) {
        if self.on && self.drawn > 0 {
            output::text(&format!("\x1b[{}A\r\x1b[J", self.drawn));
            self.drawn = 0;
        }
    }

    fn draw(&mut self) {
        if !self.on {
            return;
        }
        let mut text = match self.drawn {
            0 => String::new(),
            drawn => format!("\x1b[{drawn}A\r\x1b[J"),
        };
        for row in &self.rungs {
            let shown = match &row.result {
                Some((result, took)) => {
                    let looked = result.verdict != Verdict::Skipped;
                    line(result, looked.then_some(*took), &self.layout)
                }
                None => format!("  … {}", ladder_words(self.layout.language).rung(row.rung)),
            };
            let _ = writeln!(text, "{shown}");
        }
        self.drawn = self.rungs.len();
        self.on = output::text(&text);
    }
}
