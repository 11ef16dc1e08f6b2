//! One fault at a time: each is blamed on its own rung, and on no other. Ends with a table of
//! fault against verdict.

mod doctor;
mod lower_faults;
mod media_faults;
mod pipeline_faults;
mod table;
mod upper_faults;

use std::thread::{self, JoinHandle};

use table::Table;
use tests::netlab::Host;

#[test]
fn every_fault_is_blamed_on_its_own_rung() {
    // Most of the time is spent waiting for what never comes.
    let threads = [
        start("faults-doctor", |table| {
            lower_faults::run(table);
            upper_faults::run(table);
        }),
        start("faults-media", media_faults::run),
        start("faults-pipeline", pipeline_faults::run),
    ];
    // All of them, so that none leaves its servers behind.
    let outcomes = threads.map(JoinHandle::join);
    let mut whole = Table::default();
    for outcome in outcomes {
        match outcome {
            Ok(table) => whole.append(table),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    whole.finish();
}

/// Logs are kept by the name of the thread.
fn start(name: &str, run: fn(&mut Table)) -> JoinHandle<Table> {
    let fill = move || {
        let mut table = Table::default();
        run(&mut table);
        table
    };
    let started = thread::Builder::new().name(name.to_owned()).spawn(fill);
    started.expect("a thread can be started")
}

/// # Panics
/// When it fails.
fn run_on(host: &Host, program: &str, arguments: &[&str]) {
    let output = host.command(program).args(arguments).output();
    let output = output.expect("it can be run");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {error}");
}
