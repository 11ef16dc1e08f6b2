//! The service's vocabulary: fields, typing, focus, conflicts.

use serde_json::json;
use tests::collab_services::{Kind, TestService};
use tests::desk::{ANN, BAO, Desk};

const LEFT: &str = "vision_testing:left_eye";

fn two(service: &TestService, arguments: &[&str]) -> (Desk, Desk) {
    let ann = Desk::start(&service.url(), "S1", ANN, arguments);
    let bao = Desk::start(&service.url(), "S1", BAO, arguments);
    ann.wait_joined();
    bao.wait_joined();
    (ann, bao)
}

fn typing_is_seen(switches: &[&str], arguments: &[&str]) {
    let service = TestService::start(Kind::Service, switches);
    let (mut ann, mut bao) = two(&service, arguments);
    ann.command(&json!({ "type": "addField", "name": "left_eye", "step": "vision_testing" }));
    ann.command(&json!({ "type": "focus", "field": LEFT }));
    ann.command(&json!({ "type": "type", "field": LEFT, "text": "20/2" }));
    bao.wait("what is typed", |shown| {
        let draft = &shown.field(LEFT)["drafts"][0];
        draft["text"] == "20/2" && draft["name"] == ANN.name
    });
    ann.command(&json!({ "type": "commit", "field": LEFT, "text": "20/25" }));
    let shown = bao.wait("the value", |shown| shown.value(LEFT) == Some("20/25"));
    assert_eq!(shown.field(LEFT)["by"], ANN.name);
    ann.wait("its own value, confirmed or known to be sent", |shown| {
        let mine = &shown.field(LEFT)["mine"];
        let sent = mine["delivery"] == "unconfirmed" && mine["text"] == "20/25";
        sent || (mine.is_null() && shown.value(LEFT) == Some("20/25"))
    });
    assert!(ann.leave().success() && bao.leave().success());
}

#[test]
fn typing_and_values_are_seen_by_the_other() {
    typing_is_seen(&[], &["--deployment", "live-editing"]);
}

#[test]
fn they_are_seen_on_a_service_that_is_found_out() {
    typing_is_seen(&[], &[]);
}

#[test]
fn they_are_seen_by_polling_alone_and_without_any_ack() {
    typing_is_seen(
        &["--polling-only", "--no-acks"],
        &["--deployment", "live-editing"],
    );
}

#[test]
fn they_are_seen_at_a_path_that_doubles() {
    typing_is_seen(
        &["--wrong-path"],
        &[
            "--deployment",
            "live-editing",
            "--path",
            "/socket.io/socket.io/",
        ],
    );
}

#[test]
fn both_are_warned_and_the_loser_keeps_their_text() {
    let service = TestService::start(Kind::Service, &[]);
    let (mut ann, mut bao) = two(&service, &["--deployment", "live-editing"]);
    for (desk, text) in [(&mut ann, "20/20"), (&mut bao, "20/40")] {
        desk.command(&json!({ "type": "addField", "name": "left_eye", "step": "vision_testing" }));
        desk.command(&json!({ "type": "type", "field": LEFT, "text": text }));
    }
    for desk in [&ann, &bao] {
        desk.wait("the warning", |shown| {
            shown.field(LEFT)["conflict"]["kind"] == "typing"
        });
    }
    ann.command(&json!({ "type": "commit", "field": LEFT, "text": "20/20" }));
    let shown = bao.wait("the other's value", |shown| {
        shown.field(LEFT)["conflict"]["kind"] == "replaced"
    });
    assert_eq!(shown.field(LEFT)["conflict"]["mine"], "20/40");
    assert_eq!(shown.value(LEFT), Some("20/20"));
    bao.command(&json!({ "type": "keepMine", "field": LEFT }));
    ann.wait("the value that was put back", |shown| {
        shown.value(LEFT) == Some("20/40")
    });
    bao.wait("nothing left to decide", |shown| {
        shown.field(LEFT)["conflict"].is_null()
    });
    assert!(ann.leave().success() && bao.leave().success());
}

#[test]
fn who_was_sent_away_for_being_idle_is_back_at_once() {
    let mut service = TestService::start(Kind::Service, &[]);
    let (mut ann, mut bao) = two(&service, &["--deployment", "live-editing"]);
    service.disconnect("u1");
    ann.wait("the loss", |shown| {
        shown.happened().contains(&"disconnected")
    });
    ann.wait_joined();
    bao.tell("vision_testing:left_eye=20/30");
    ann.wait("a value after it", |shown| {
        shown.value(LEFT) == Some("20/30")
    });
    assert!(ann.leave().success() && bao.leave().success());
}

#[test]
fn what_was_typed_while_the_service_was_away_is_sent_on_return() {
    let service = TestService::start(Kind::Service, &[]);
    let (mut ann, mut bao) = two(&service, &["--deployment", "live-editing"]);
    let service = service.kill();
    ann.wait("the loss", |shown| shown.connection() == "reconnecting");
    ann.tell("vision_testing:left_eye=20/15");
    ann.wait("the edit waits", |shown| {
        shown.field(LEFT)["mine"]["delivery"] == "waiting"
    });
    bao.wait("the loss", |shown| shown.connection() == "reconnecting");
    let _service = service.start_again();
    bao.wait_joined();
    bao.wait("the edit arrives", |shown| {
        shown.value(LEFT) == Some("20/15")
    });
    ann.wait("nothing waits", |shown| shown.field(LEFT)["mine"].is_null());
    assert!(ann.leave().success() && bao.leave().success());
}
