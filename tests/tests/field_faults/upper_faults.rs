//! Faults of the media path again, with the whole doctor: no other rung is blamed for them.

use serde_json::json;
use tests::netlab::{Conditions, FAR, Lab};
use tests::servers::ReferenceGateway;

use crate::doctor::{assert_left_well, examine};
use crate::table::Table;

/// Adds them to the table.
pub fn run(table: &mut Table) {
    let mut add =
        |fault: &str, expected, arguments: &[&str], break_it: fn(&Lab, &mut ReferenceGateway)| {
            let lab = Lab::new(Conditions::default(), 9);
            let mut gateway = ReferenceGateway::start_on(&lab.far, FAR, arguments);
            break_it(&lab, &mut gateway);
            let found = examine(&lab.near, &gateway.room("field-faults-9"), &[]);
            table.add(fault, expected, found.rungs());
            assert_left_well(&mut gateway);
        };
    add(
        "doctor: UDP dropped on the way",
        ("failed", "ice", "udp-blocked"),
        &["--no-tcp"],
        |lab, _| lab.far.block_udp(),
    );
    add(
        "doctor: announced address wrong",
        ("failed", "ice", "announced-address-wrong"),
        &["--no-tcp", "--listen", "10.77.0.2@10.77.0.98"],
        |_, _| {},
    );
    add(
        "doctor: media ports exhausted",
        ("failed", "capacity", "server-full"),
        &["--no-tcp", "--media-ports", "41000-41000"],
        |_, _| {},
    );
    add(
        "doctor: consumer never resumed",
        ("failed", "media", "consumer-not-resumed"),
        &[],
        |_, gateway| gateway.set(&json!({ "ignoreResume": true })),
    );
    add(
        "doctor: microphones never accepted",
        ("failed", "media", "produce-silent"),
        &["--speech-delay", "20000"],
        |_, _| {},
    );
}
