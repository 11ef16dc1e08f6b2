//! The whole doctor, run as a person would run it, and the promises that every run keeps.

use std::process::Stdio;

use fieldtest::Rung;
use serde_json::Value;
use tests::jbcall;
use tests::netlab::Host;
use tests::process::{PATIENCE, wait_until};
use tests::servers::ReferenceGateway;

/// A run ends within this time, milliseconds.
const RUN_MS: f64 = 30_000.0;
/// A fault on a lower rung is named within this time, milliseconds.
const NAMED_MS: f64 = 8_000.0;

/// What a run found.
pub struct Findings {
    report: Value,
}

/// Runs the doctor on a host of the lab. The promises of time are checked here.
pub fn examine(host: &Host, link: &str, arguments: &[&str]) -> Findings {
    let mut command = host.command(jbcall::binary());
    command.args(["doctor", link, "--json", "--no-microphone"]);
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("the doctor can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}: {errors}"));
    assert_eq!(report["end"], "complete", "{report:#}");
    let took = report["tookMs"].as_f64().expect("a duration");
    assert!(took <= RUN_MS, "{took} ms");
    Findings { report }
}

impl Findings {
    /// The results of all rungs.
    pub fn rungs(&self) -> &Value {
        &self.report["diagnosis"]["rungs"]
    }

    fn result(&self, rung: Rung) -> &Value {
        let at = Rung::CALL.iter().position(|one| *one == rung);
        &self.rungs()[at.expect("a rung of calls")]
    }

    /// Nothing is to be repaired.
    pub fn clears_everything(&self) {
        assert_eq!(self.report["culprit"], Value::Null, "{:#}", self.report);
        for rung in Rung::CALL {
            let verdict = self.result(rung)["verdict"].as_str().unwrap_or_default();
            let expected: &[_] = match rung {
                Rung::Turn | Rung::Pipeline => &["skipped"],
                // Machines without sound run this test as well.
                Rung::Machine => &["ok", "warning"],
                _ => &["ok"],
            };
            let result = self.result(rung);
            assert!(expected.contains(&verdict), "{rung:?}: {result:#}");
        }
    }

    /// This rung is to be repaired.
    pub fn blames(&self, rung: Rung) {
        let culprit = serde_json::to_value(rung).expect("a rung has a name");
        assert_eq!(self.report["culprit"], culprit, "{:#}", self.report);
    }

    /// It was named in time.
    pub fn names_soon(&self, rung: Rung) {
        let name = serde_json::to_value(rung).expect("a rung has a name");
        let timings = self.report["timings"].as_array();
        let mut timings = timings.into_iter().flatten();
        let timing = timings.find(|timing| timing["rung"] == name);
        let timing = timing.unwrap_or_else(|| panic!("{rung:?} was not looked at"));
        let ms = |key: &str| timing[key].as_f64().expect("milliseconds");
        let named = ms("startedMs") + ms("tookMs");
        assert!(named <= NAMED_MS, "{rung:?} was named after {named} ms");
    }

    /// What stands on this rung was left out because of it.
    pub fn skips_what_stands_on(&self, failed: Rung) {
        let beside = [Rung::Site, Rung::Turn, Rung::Pipeline, Rung::Machine];
        let name = serde_json::to_value(failed).expect("a rung has a name");
        for rung in Rung::CALL {
            if rung > failed && !beside.contains(&rung) {
                let result = self.result(rung);
                assert_eq!(result["verdict"], "skipped", "{rung:?}: {result:#}");
                assert_eq!(result["blockedBy"], name, "{rung:?}: {result:#}");
            }
        }
    }
}

/// Nobody harmed the gateway, and nobody who joined it is still there.
pub fn assert_left_well(gateway: &mut ReferenceGateway) {
    gateway.assert_well_treated();
    wait_until(PATIENCE, "everybody has left", || {
        let stats = gateway.stats();
        let rooms = stats["rooms"]["rooms"].as_array()?;
        rooms
            .iter()
            .all(|room| room["participantCount"] == 0)
            .then_some(())
    });
}
