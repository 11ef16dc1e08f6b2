//! Writes made-up reports into a folder, as text, pages and JSON, for whoever works on their looks:
//! `cargo run -p fieldtest --example made_up_reports -- FOLDER`.

#[path = "../tests/made_up/mod.rs"]
mod made_up;

use std::path::PathBuf;

use fieldtest::report::text::Layout;
use fieldtest::report::{Language, html, json, text};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for name in made_up::NAMES {
        let report = made_up::report(name);
        std::fs::write(folder.join(format!("{name}.json")), json::render(&report))?;
        for (code, language) in [("en", Language::En), ("vi", Language::Vi)] {
            let layout = Layout {
                language,
                ..Layout::default()
            };
            let file = |ending| folder.join(format!("{name}.{code}.{ending}"));
            std::fs::write(file("html"), html::render(&report, language))?;
            std::fs::write(file("txt"), text::render(&report, &layout))?;
        }
    }
    Ok(())
}
