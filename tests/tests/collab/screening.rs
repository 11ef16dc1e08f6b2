//! The panel's vocabulary: presence, steps, queue.

use tests::collab_services::{Kind, TestService};
use tests::desk::{ANN, BAO, Desk};

/// Two people see each other, who came first sees who came later and the other way about, whatever
/// the service forgets to say.
fn two_see_each_other(switches: &[&str], arguments: &[&str]) {
    let service = TestService::start(Kind::Panel, switches);
    let mut ann = Desk::start(&service.url(), "P1", ANN, arguments);
    ann.wait_joined();
    let mut bao = Desk::start(&service.url(), "P1", BAO, arguments);
    ann.wait("both are here", |shown| shown.staff() == ["u1", "u2"]);
    let shown = bao.wait("both are here", |shown| shown.staff() == ["u1", "u2"]);
    assert_eq!(shown.person("u2")["isSelf"], true);
    assert_eq!(ann.shown().person("u2")["name"], BAO.name);
    assert_eq!(ann.shown().person("u2")["role"], BAO.role);

    bao.tell("/step 5");
    ann.wait("the step", |shown| shown.person("u2")["step"] == "5");

    assert!(bao.leave().success());
    ann.wait("one is left", |shown| shown.staff() == ["u1"]);
    assert!(ann.leave().success());
}

#[test]
fn two_people_see_each_other_on_the_published_code() {
    two_see_each_other(&["--unpatched"], &["--deployment", "screening"]);
}

#[test]
fn two_people_see_each_other_on_the_patched_code_which_is_found_out() {
    two_see_each_other(&[], &[]);
}

#[test]
fn two_people_see_each_other_by_polling_alone() {
    two_see_each_other(&["--polling-only"], &["--deployment", "screening"]);
}

#[test]
fn who_left_may_be_told_in_any_shape() {
    for shape in ["object", "list", "number"] {
        two_see_each_other(&["--user-left", shape], &["--deployment", "screening"]);
    }
}

#[test]
fn the_queue_is_shown_in_the_services_order() {
    let service = TestService::start(Kind::Panel, &[]);
    let mut ann = Desk::start(&service.url(), "P1", ANN, &["--deployment", "screening"]);
    ann.wait("its place", |shown| shown.queue() == ["P1"]);
    let mut bao = Desk::start(&service.url(), "P2", BAO, &["--deployment", "screening"]);
    let shown = bao.wait("both records", |shown| shown.queue() == ["P1", "P2"]);
    assert_eq!(shown.part("queue")["ownPosition"], 2);
    assert!(bao.leave().success() && ann.leave().success());
}

#[test]
fn after_a_restart_everybody_is_there_again_once() {
    let service = TestService::start(Kind::Panel, &[]);
    let arguments = ["--deployment", "screening"];
    let mut ann = Desk::start(&service.url(), "P1", ANN, &arguments);
    let mut bao = Desk::start(&service.url(), "P1", BAO, &arguments);
    ann.wait("both are here", |shown| shown.staff() == ["u1", "u2"]);
    bao.wait("both are here", |shown| shown.staff() == ["u1", "u2"]);
    let service = service.kill();
    ann.wait("the loss", |shown| shown.connection() == "reconnecting");
    bao.wait("the loss", |shown| shown.connection() == "reconnecting");
    let _service = service.start_again();
    for desk in [&ann, &bao] {
        desk.wait("both are here again", |shown| {
            shown.connection() == "joined" && shown.staff() == ["u1", "u2"]
        });
    }
    assert!(bao.leave().success() && ann.leave().success());
}
