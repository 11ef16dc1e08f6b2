//! The load in words.

use std::fmt::Write;

use fieldtest::load::{LoadOptions, LoadReport, Percentiles, Progress};

pub fn begins(options: &LoadOptions) -> String {
    format!(
        "{} rooms with {} participants each, all there after {} s, for {} s more. Ctrl-C ends it.",
        options.rooms,
        options.per_room,
        options.ramp.as_secs(),
        options.duration.as_secs()
    )
}

pub fn progress(progress: &Progress) -> String {
    let sample = &progress.sample;
    let mut line = format!(
        "{:>4.0}/{:.0} s  {} of {} in the room",
        progress.elapsed_s, progress.planned_s, progress.ready, progress.planned
    );
    if progress.failed > 0 {
        let _ = write!(line, ", {} failed", progress.failed);
    }
    let _ = write!(
        line,
        "  tracks {}/{}",
        progress.tracks, progress.tracks_wanted
    );
    if let Some(loss) = sample.loss {
        let _ = write!(line, "  lost {:.2} %", loss * 100.0);
    }
    if let Some(delay) = sample.delay_p90_ms {
        let _ = write!(line, "  delay {delay:.1} ms");
    }
    let _ = write!(line, "  own CPU {:.0} %", sample.own.cpu_percent);
    line
}

/// Rows of the table of percentiles: what, numbers, unit.
fn rows(report: &LoadReport) -> [(&'static str, &Percentiles, &'static str); 6] {
    [
        ("join acknowledged", &report.join_ms, "ms"),
        ("media both ways", &report.ready_ms, "ms"),
        ("first audio", &report.first_audio_ms, "ms"),
        ("packets lost", &report.loss_percent, "%"),
        ("jitter", &report.jitter_ms, "ms"),
        ("delay through the server", &report.delay_ms, "ms"),
    ]
}

pub fn report(report: &LoadReport) -> String {
    let mut text = String::new();
    if report.interrupted {
        text.push_str("Stopped before its time; everybody has left.\n");
    }
    let receiving = &report.receiving;
    let planned = report.rooms * report.per_room;
    let _ = writeln!(
        text,
        "\n{} of {planned} participants were connected, {} received everybody they should \
         ({} of {} tracks).\n",
        report.ready, receiving.complete, receiving.tracks, receiving.tracks_wanted
    );
    let _ = writeln!(
        text,
        "{:<26}{:>9}{:>9}{:>9}{:>9}",
        "", "p50", "p90", "p99", "max"
    );
    for (what, values, unit) in rows(report) {
        let _ = writeln!(
            text,
            "{what:<26}{:>9.2}{:>9.2}{:>9.2}{:>9.2}  {unit}",
            values.p50, values.p90, values.p99, values.max
        );
    }
    let own = &report.own;
    let _ = writeln!(
        text,
        "\nThis process: {:.1} % of a core ({:.2} % for each participant), {:.0} MiB, {} files, \
         timer {:.2} ms late, waited for a core {:.1} % of the time.",
        own.cpu_percent,
        report.cpu_percent_each,
        own.memory_mib,
        own.files,
        own.timer_late_ms,
        own.run_queue_percent
    );
    if !report.faults.is_empty() {
        text.push_str("\nWhat went wrong:\n");
        for (fault, count) in &report.faults {
            let _ = writeln!(text, "  {count:>4} × {fault}");
        }
    }
    match &report.breaking {
        None => text.push_str("\nNothing ran out.\n"),
        Some(breaking) => {
            let whose = if breaking.limit.is_own() {
                "This computer"
            } else {
                "The deployment"
            };
            let _ = writeln!(
                text,
                "\n{whose} began to fail at {} participants, {:.0} s after the start: {} ({}).",
                breaking.participants,
                breaking.at_ms / 1_000.0,
                breaking.limit.sentence(),
                breaking.evidence
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use fieldtest::load::{Breaking, Limit};

    use super::*;

    #[test]
    fn the_report_names_the_limit_and_whose_it_is() {
        let mut load = LoadReport::default();
        assert!(report(&load).contains("Nothing ran out"));
        let mut breaking = Breaking {
            participants: 6,
            at_ms: 4_000.0,
            limit: Limit::MediaPorts,
            evidence: "produce: gateway.full".to_owned(),
        };
        load.breaking = Some(breaking.clone());
        let text = report(&load);
        assert!(text.contains("The deployment began to fail at 6"), "{text}");
        assert!(text.contains("no media port left"));
        breaking.limit = Limit::OwnCpu;
        load.breaking = Some(breaking);
        assert!(report(&load).contains("This computer began"));
    }
}
