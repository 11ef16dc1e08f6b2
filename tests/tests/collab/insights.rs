//! The insight feed: a gateway and a relay, each with events of its own.

use serde_json::json;
use tests::collab_services::{Kind, TestService};
use tests::desk::{ANN, Desk};
use tests::servers::http_post;

fn insights_arrive(arguments: &[&str]) {
    let mut service = TestService::start(Kind::Kilo, &[]);
    let mut ann = Desk::start(&service.url(), "home", ANN, arguments);
    ann.wait_joined();
    service.emit(
        "insight_generated",
        &json!({ "content": "You slept well", "timestamp": "2026-01-05T08:00:00" }),
    );
    ann.wait("the insight", |shown| {
        shown.notifications() == ["You slept well"]
    });
    assert!(ann.leave().success());
}

#[test]
fn insights_are_notifications() {
    insights_arrive(&["--deployment", "insights"]);
}

#[test]
fn a_service_that_is_silent_to_auth_is_found_out() {
    insights_arrive(&[]);
}

#[test]
fn gateway_and_relay_are_two_links_of_one_deployment() {
    let mut service = TestService::start(Kind::Kilo, &["--relay-port", "0"]);
    let relay = service.relay_url();
    let link = format!("relay={relay}");
    let arguments = ["--deployment", "insights", "--link", &link];
    let mut ann = Desk::start(&service.url(), "home", ANN, &arguments);
    ann.wait_joined();
    service.emit(
        "insight_generated",
        &json!({ "content": "from the gateway" }),
    );
    let alert = json!({ "service": "s", "message": "from the relay", "severity": "warning" });
    let address = relay.trim_start_matches("http://");
    http_post(
        address,
        "/emit",
        &json!({ "event": "system_alert", "data": alert }),
    );
    ann.wait("both", |shown| {
        shown.notifications().contains(&"from the gateway")
            && shown.notifications().contains(&"from the relay")
    });
    assert!(ann.leave().success());
}
