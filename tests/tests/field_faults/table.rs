//! Fault against verdict.

use std::io::{self, Write as _};

use serde_json::Value;

/// What was expected and what was found.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    fault: String,
    expected: String,
    found: String,
}

/// No rung is to be blamed.
pub const NONE: (&str, &str, &str) = ("", "", "");

impl Table {
    /// Adds a fault. `expected`: verdict, rung and cause; `rungs`: the results of a diagnosis.
    /// Warnings count only where one is expected.
    pub fn add(&mut self, fault: &str, expected: (&str, &str, &str), rungs: &Value) {
        let (verdict, ..) = expected;
        let wanted = if verdict.is_empty() {
            "failed"
        } else {
            verdict
        };
        let blamed = rungs
            .as_array()
            .into_iter()
            .flatten()
            .filter(|result| result["verdict"] == wanted || result["verdict"] == "failed")
            // Machines without sound run this test as well.
            .filter(|result| result["findings"][0]["cause"] != "no-sound-system");
        let found: Vec<_> = blamed
            .map(|result| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let cause = text(&result["findings"][0]["cause"]);
                format!(
                    "{} {} {cause}",
                    text(&result["verdict"]),
                    text(&result["rung"])
                )
            })
            .collect();
        let (verdict, rung, cause) = expected;
        let row = Row {
            fault: fault.to_owned(),
            expected: format!("{verdict} {rung} {cause}").trim().to_owned(),
            found: found.join("; "),
        };
        println!("{:<40} {}", row.fault, row.found);
        self.rows.push(row);
    }

    /// Adds the rows of another table.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// Prints the table, also when all is well: not with `println!`, which a test that passes
    /// keeps to itself.
    ///
    /// # Panics
    /// When anything was blamed that should not be, or not what should be.
    pub fn finish(self) {
        let mut lines = format!("\n{:<40} verdict\n", "fault");
        for row in &self.rows {
            let found = match row.found.as_str() {
                "" => "none",
                found => found,
            };
            let mark = if row.expected == row.found { ' ' } else { '!' };
            lines += format!("{:<40} {found:<44} {mark}", row.fault).trim_end();
            lines.push('\n');
        }
        let printed = io::stdout().lock().write_all(lines.as_bytes());
        printed.expect("the table can be printed");
        for row in &self.rows {
            assert_eq!(row.expected, row.found, "{}", row.fault);
        }
    }
}
