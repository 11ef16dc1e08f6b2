//! Services that say no, or nothing.

use tests::collab_services::{Kind, TestService};
use tests::desk::{ANN, BAO, Desk};

#[test]
fn a_librarys_refusal_is_told_and_tried_again() {
    let service = TestService::start(Kind::Deployed, &["--refuse"]);
    let ann = Desk::start(&service.url(), "P1", ANN, &["--deployment", "deployed"]);
    let shown = ann.wait("the refusal", |shown| shown.connection() == "refused");
    let connection = shown.part("connection");
    assert_eq!(connection["reason"]["code"], "socket.refused");
    assert_eq!(
        connection["reason"]["details"],
        "Connection rejected by server"
    );
    assert!(connection["retryAtMs"].is_u64(), "{connection}");
}

#[test]
fn an_operators_refusal_ends_it() {
    let service = TestService::start(Kind::Deployed, &["--refuse", "Your account is closed"]);
    let mut ann = Desk::start(&service.url(), "P1", ANN, &["--deployment", "deployed"]);
    let shown = ann.wait("the refusal", |shown| shown.connection() == "refused");
    assert!(shown.part("connection")["retryAtMs"].is_null());
    assert_eq!(ann.wait_exit().code(), Some(4));
}

#[test]
fn silence_is_told_with_what_may_be_wrong() {
    // The feed's deployment sends no auth, and the service is silent without.
    let service = TestService::start(Kind::Service, &[]);
    let ann = Desk::start(&service.url(), "S1", ANN, &["--deployment", "insights"]);
    let shown = ann.wait("the silence", |shown| shown.connection() == "reconnecting");
    let reason = &shown.part("connection")["reason"];
    assert_eq!(reason["code"], "socket.namespace-silent", "{reason}");
}

#[test]
fn two_people_work_on_the_deployed_entry_point() {
    let service = TestService::start(Kind::Deployed, &[]);
    let arguments = ["--deployment", "deployed"];
    let mut ann = Desk::start(&service.url(), "P1", ANN, &arguments);
    ann.wait_joined();
    let mut bao = Desk::start(&service.url(), "P1", BAO, &arguments);
    for desk in [&ann, &bao] {
        desk.wait("both are here", |shown| shown.staff() == ["u1", "u2"]);
    }
    ann.tell("3:left_eye=20/25");
    bao.wait("the value", |shown| {
        shown.value("3:left_eye") == Some("20/25")
    });
    assert!(ann.leave().success() && bao.leave().success());
}
