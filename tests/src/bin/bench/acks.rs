//! Acked round trips of the Socket.IO client.

use std::process::Command;

use tests::process::repository;

/// Round trips a second with 100 in flight, as socketio's own benchmark prints them;
/// `None` when it cannot be run.
pub fn per_second() -> Option<f64> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(repository())
        .args(["bench", "-p", "socketio", "--bench", "acks"]);
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // "<number> acked round trips/s"
    text.lines().find_map(|line| {
        let (before, _) = line.split_once("acked round trips/s")?;
        before.split_whitespace().last()?.parse().ok()
    })
}
