//! What must heal by itself.

use std::thread;
use std::time::{Duration, Instant};

use tests::jbcall::{Jbcall, Join, count_of};
use tests::process::free_port;
use tests::servers::ReferenceGateway;

/// After the gateway's return.
const BACK_WITHIN: Duration = Duration::from_secs(5);

fn audible_to_each_other(one: &Jbcall, other: &Jbcall) {
    one.wait_exactly(&[700.0], &[440.0]);
    other.wait_exactly(&[440.0], &[700.0]);
}

#[test]
fn everybody_is_back_after_the_gateway_was_away_for_15_seconds() {
    let port = free_port().to_string();
    let gateway = ReferenceGateway::start(&["--port", &port]);
    let link = gateway.room("restart");
    let mut anna = Join::new(&link, "anna", "tone:440").start();
    let mut binh = Join::new(&link, "binh", "tone:700").start();
    audible_to_each_other(&anna, &binh);
    anna.type_line("chat before");
    binh.wait_view("chat", |view| {
        view["chat"].as_array().is_some_and(|chat| chat.len() == 1)
    });

    gateway.kill();
    for one in [&anna, &binh] {
        one.wait_view("reconnecting", |view| {
            view["connection"]["state"] == "reconnecting"
        });
    }
    thread::sleep(Duration::from_secs(15));
    let gateway = ReferenceGateway::start(&["--port", &port]);
    let returned = Instant::now();

    for (one, other) in [(&anna, "binh"), (&binh, "anna")] {
        let back = one.wait_view("back in the call", |view| {
            let participants = view["participants"].as_array().map_or(0, Vec::len);
            view["connection"]["state"] == "connected"
                && participants == 1
                && count_of(view, other) == 1
                && view["participants"][0]["audio"] == "live"
        });
        let took = back.saturating_duration_since(returned);
        assert!(took < BACK_WITHIN, "{} was back after {took:?}", one.name());
    }
    audible_to_each_other(&anna, &binh);

    // Nobody twice, nothing lost.
    for one in [&anna, &binh] {
        let view = one.view();
        assert_eq!(
            view["participants"].as_array().map(Vec::len),
            Some(1),
            "{view}"
        );
        assert_eq!(view["chat"].as_array().map(Vec::len), Some(1), "{view}");
    }
    assert!(anna.leave().success());
    binh.wait_gone("anna");
    assert!(binh.leave().success());
    gateway.assert_well_treated();
}
