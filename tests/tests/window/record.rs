//! Two windows at one record: typing in one is seen in the other, a conflict is shown and
//! resolved.

use std::process::Command;

use tests::desk::{BAO, Desk};
use tests::jbcall::binary;
use tests::process::{PATIENCE, Process};

use crate::app::App;
use crate::desktop::Desktop;

const FIELD: &str = "[data-field='vision_testing:left_eye']";

/// Opens the record of a link that was made for somebody.
async fn sit_down(desktop: &Desktop, journey: &str, link: &str, id: &str, name: &str) -> App {
    let link = format!("{link}&user_id={id}&user_name={name}&user_role=nurse");
    let mut app = App::start(desktop, journey, &[&link]).await;
    // The link fills in the form and connects nothing by itself.
    app.find("open-go").await;
    app.picture("form").await;
    app.press("open-go").await;
    app.find_css("[data-testid='record-connection'][data-state='joined']")
        .await;
    app
}

/// The embedded service with a record; and a link to it.
fn serve() -> (Process, String) {
    let mut serve = Command::new(binary());
    serve.args(["collab", "serve", "--json", "--record", "P1"]);
    let serve = Process::start("serve", &mut serve);
    let link = serve.wait(PATIENCE, "a link", |line| {
        line["link"].as_str().map(str::to_owned)
    });
    (serve, link.0)
}

/// A person who sees that the connection is lost asks why on the spot; the record stays open.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_service_is_examined_from_the_record() {
    let (serve, link) = serve();
    let desktop = Desktop::start();
    let mut app = sit_down(&desktop, "record-why", &link, "u1", "Ann").await;
    drop(serve);
    app.find_css("[data-testid='record-connection'][data-state='reconnecting']")
        .await;
    app.press("record-why").await;
    app.find_css("[data-testid='doctor-culprit'][data-rung='tls']")
        .await;
    app.find_css("[data-testid='doctor-again']").await;
    // The ladder of a record, not that of a call.
    assert_eq!(
        app.count("[data-testid='rung'][data-rung='endpoint']")
            .await,
        1
    );
    assert_eq!(app.count("[data-testid='rung'][data-rung='ice']").await, 0);
    app.picture("service-gone").await;
    app.press("back").await;
    app.find("record-connection").await;

    // The page is loaded again: the record went on without it.
    app.script("location.reload()").await;
    app.press("home-record").await;
    app.find_css("[data-testid='record-connection'][data-state='reconnecting']")
        .await;
    app.find("record-why").await;
    app.picture("loaded-again").await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_work_on_one_record() {
    let (serve, link) = serve();
    let (url, _) = serve.wait(PATIENCE, "its address", |line| {
        line["url"].as_str().map(str::to_owned)
    });
    // Somebody in a terminal has given the field its first value.
    let mut bao = Desk::start(&url, "P1", BAO, &["--deployment", "screening"]);
    bao.tell("vision_testing:left_eye=20/20");

    let (desk, other_desk) = (Desktop::start(), Desktop::start());
    let mut ann = sit_down(&desk, "record-ann", &link, "u1", "Ann").await;
    let mut chi = sit_down(&other_desk, "record-chi", &link, "u3", "Chi").await;
    for app in [&ann, &chi] {
        app.find_css("[data-staff='u1']").await;
        app.find_css("[data-staff='u2']").await;
        app.find_css("[data-staff='u3']").await;
        app.find_css(FIELD).await;
    }

    // Typing in one is seen in the other before it is done.
    ann.type_into(&format!("{FIELD} [data-testid='field-input']"), "20/25")
        .await;
    chi.find_css(&format!("{FIELD} [data-testid='field-people']"))
        .await;
    chi.picture("somebody-types").await;

    // Both type: both are warned.
    chi.type_into(&format!("{FIELD} [data-testid='field-input']"), "20/40")
        .await;
    for app in [&mut ann, &mut chi] {
        app.find_css(&format!(
            "{FIELD} [data-testid='conflict'][data-kind='typing']"
        ))
        .await;
        app.picture("both-type").await;
    }

    // One commits; the other keeps theirs and puts it back.
    ann.press_enter(&format!("{FIELD} [data-testid='field-input']"))
        .await;
    bao.wait("the value of the first", |shown| {
        shown.value("vision_testing:left_eye") == Some("20/25")
    });
    chi.find_css("[data-testid='conflict'][data-kind='replaced']")
        .await;
    chi.picture("two-values").await;
    chi.press("conflict-keep").await;
    bao.wait("the value that was put back", |shown| {
        shown.value("vision_testing:left_eye") == Some("20/40")
    });
    chi.wait_gone("[data-testid='conflict']").await;
    chi.picture("resolved").await;
    ann.picture("resolved").await;
    ann.close().await;
    chi.close().await;
    bao.wait("everybody else is gone", |shown| shown.staff() == ["u2"]);
    assert!(bao.leave().success());
}
