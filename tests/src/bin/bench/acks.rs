//! Acked round trips of the Socket.IO client.

use std::process::Command;

use serde_json::Value;
use tests::process::repository;

/// Round trips a second with 100 in flight, as socketio's own benchmark measures them: with
/// Node's server, with socketioxide.
pub fn per_second() -> (Option<f64>, Option<f64>) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(repository());
    command.args(["bench", "-p", "socketio", "--bench", "acks", "--", "--json"]);
    let output = command
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&output).into_owned();
    let rows: Option<Value> = text
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str(line).ok());
    let value = |server: &str| {
        let rows = rows.as_ref()?.as_array()?;
        let row = rows.iter().find(|row| {
            row["name"]
                .as_str()
                .is_some_and(|name| name.contains(server))
        });
        row?["value"].as_f64()
    };
    (value("node"), value("socketioxide"))
}
