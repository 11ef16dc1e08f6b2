//! "Test this call": what works, a server that is broken, a computer that is.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tests::process::free_port;
use tests::servers::ReferenceGateway;

use crate::app::App;
use crate::desktop::Desktop;

const ROOM: &str = "ward-12-bed-3";

/// The place that the page names after saving.
pub async fn saved(app: &App, testid: &str) -> PathBuf {
    app.find(testid).await;
    let text = app
        .script(&format!(
            "return document.querySelector(\"[data-testid='{testid}']\").textContent"
        ))
        .await;
    let text = text.as_str().unwrap_or_default();
    let at = text
        .find('/')
        .unwrap_or_else(|| panic!("no place in {text}"));
    let end = text[at..].find(char::is_whitespace);
    PathBuf::from(&text[at..end.map_or(text.len(), |end| at + end)])
}

async fn wait_state(app: &App, rung: &str, state: &str) {
    app.find_css(&format!(
        "[data-testid='rung'][data-rung='{rung}'][data-state='{state}']"
    ))
    .await;
}

/// From the start, with a link: the ladder climbs to its end, and the report can be handed on.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_works_is_tested_and_the_report_saved() {
    let gateway = ReferenceGateway::start(&[]);
    let desktop = Desktop::start();
    let _microphone = desktop.speak_tone(440.0);
    let mut app = App::start(&desktop, "doctor-well", &[]).await;
    app.fill("home-link", &gateway.room(ROOM)).await;
    app.press("home-test").await;
    app.find("doctor-start").await;
    app.press_css("[role='switch']").await;
    app.picture("start").await;
    app.press("doctor-start").await;
    app.find("doctor-running").await;
    wait_state(&app, "namespace", "ok").await;
    app.picture("climbing").await;

    app.find_css("[data-testid='doctor-outcome']").await;
    app.picture("well").await;
    assert_eq!(app.count("[data-testid='doctor-culprit']").await, 0);
    for rung in [
        "link",
        "polling",
        "websocket",
        "ice",
        "dtls",
        "media",
        "machine",
    ] {
        wait_state(&app, rung, "ok").await;
    }
    app.press_css("[data-rung='media'] button").await;
    app.script("document.querySelector(\"[data-rung='media']\").scrollIntoView()")
        .await;
    app.picture("what-was-seen").await;

    app.script("document.querySelector(\"[data-testid='doctor-save']\").scrollIntoView()")
        .await;
    app.press("doctor-save").await;
    let file = saved(&app, "saved").await;
    assert!(desktop.is_a_download(&file), "{file:?}");
    app.picture("saved").await;
    let page = std::fs::read_to_string(file).expect("the report was saved");
    assert!(page.contains("<html"));
    assert!(page.contains(&format!("127.0.0.1:{}", gateway.port())));
    assert!(!page.contains(ROOM));
    gateway.assert_well_treated();
    app.close().await;
}

/// What a server does wrong is found on its own rung, with the cause and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_server_is_blamed_on_its_rung() {
    let mut gateway = ReferenceGateway::start(&[]);
    gateway.set(&json!({ "ignoreResume": true }));
    let desktop = Desktop::start();
    let mut app = App::start(&desktop, "doctor-server", &[]).await;
    app.fill("home-link", &gateway.room(ROOM)).await;
    app.press("home-test").await;
    app.press("doctor-start").await;
    app.find_css("[data-testid='doctor-culprit'][data-rung='media']")
        .await;
    app.find_css("[data-testid='doctor-again']").await;
    wait_state(&app, "machine", "ok").await;
    app.picture("consumer-not-resumed").await;
    app.close().await;
}

/// A person who cannot come in asks why on the spot; a run can be given up and begun again.
#[tokio::test(flavor = "multi_thread")]
async fn the_error_screen_leads_to_the_cause() {
    let desktop = Desktop::start();
    let link = format!("http://127.0.0.1:{}/room/{ROOM}", free_port());
    let mut app = App::start(&desktop, "doctor-closed", &[&link]).await;
    app.press("error-test").await;
    app.find_css("[data-testid='doctor-culprit'][data-rung='tls']")
        .await;
    app.find_css("[data-testid='doctor-again']").await;
    app.picture("port-closed").await;
    app.press("doctor-again").await;
    app.press("doctor-cancel").await;
    app.find_css("[data-testid='doctor-outcome'][data-verdict='cancelled']")
        .await;
    // Nothing of the run comes after it.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.count("[data-rung][data-state='running']").await, 0);
    app.picture("cancelled").await;
    app.press("back").await;
    app.find("error-test").await;
    app.close().await;
}

/// A computer whose sound server has died is blamed itself, not the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_computer_is_blamed_itself() {
    let gateway = ReferenceGateway::start(&[]);
    let desktop = Desktop::start_without_sound();
    let mut app = App::start(&desktop, "doctor-machine", &[]).await;
    app.fill("home-link", &gateway.room(ROOM)).await;
    app.press("home-test").await;
    app.press("doctor-start").await;
    app.find_css("[data-testid='doctor-culprit'][data-rung='machine']")
        .await;
    app.find_css("[data-testid='doctor-again']").await;
    wait_state(&app, "media", "ok").await;
    app.picture("no-sound-server").await;
    app.close().await;
}
