//! The table that is printed: ours beside Chromium, and what was promised.

/// One row.
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// Ours.
    pub ours: Option<f64>,
    /// Chromium's, where it has one.
    pub chromium: Option<f64>,
    /// Unit and number of digits after the point.
    pub unit: (&'static str, usize),
    /// What was promised of it.
    pub promise: Promise,
}

/// What was promised.
pub enum Promise {
    /// At most this, in the row's unit.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// At most this share of Chromium's.
    Share(f64),
    /// Both: at most this, and at most this share of Chromium's.
    AtMostAndShare(f64, f64),
}

impl Row {
    fn number(&self, value: Option<f64>) -> String {
        let (unit, digits) = self.unit;
        value.map_or_else(|| "not measured".into(), |v| format!("{v:.digits$} {unit}"))
    }

    fn ratio(&self) -> Option<f64> {
        Some(self.ours? / self.chromium?)
    }

    fn promise(&self) -> String {
        let (unit, digits) = self.unit;
        match self.promise {
            Promise::AtMost(limit) => format!("<= {limit:.digits$} {unit}"),
            Promise::AtLeast(limit) => format!(">= {limit:.digits$} {unit}"),
            Promise::Share(share) => format!("<= {share} of Chromium"),
            Promise::AtMostAndShare(limit, share) => {
                format!("<= {limit:.digits$} {unit}, <= {share} of Chromium")
            }
        }
    }

    fn verdict(&self) -> &'static str {
        let Some(ours) = self.ours else { return "-" };
        let share_kept = |share| self.ratio().map(|ratio| ratio <= share);
        let kept = match self.promise {
            Promise::AtMost(limit) => Some(ours <= limit),
            Promise::AtLeast(limit) => Some(ours >= limit),
            Promise::Share(share) => share_kept(share),
            Promise::AtMostAndShare(limit, share) => {
                share_kept(share).map(|kept| kept && ours <= limit)
            }
        };
        match kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "-",
        }
    }
}

/// Prints the rows as a table.
pub fn print(rows: &[Row]) {
    let mut cells = vec![["", "jbcall", "Chromium", "ratio", "promised", ""].map(String::from)];
    cells.extend(rows.iter().map(|row| {
        let chromium = match row.promise {
            Promise::AtMost(_) | Promise::AtLeast(_) if row.chromium.is_none() => "-".into(),
            _ => row.number(row.chromium),
        };
        let ratio = row
            .ratio()
            .map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"));
        [
            row.what.to_owned(),
            row.number(row.ours),
            chromium,
            ratio,
            row.promise(),
            row.verdict().to_owned(),
        ]
    }));
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    for row in &cells {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// The middle of some measurements.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}
