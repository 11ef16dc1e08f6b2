//! In a call: numbers, plots, what happened, and what is handed on of it.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use tests::jbcall::Join;
use tests::process::free_port;
use tests::servers::ReferenceGateway;
use zip::ZipArchive;

use crate::app::App;
use crate::desktop::Desktop;
use crate::doctor::saved;
use crate::wait_text;

const ROOM: &str = "ward-12-bed-3";
const PEER: &str = "Bình Trần";
const ROW_OF_PEER: &str = "[data-testid='stats-row'][data-participant-name='Bình Trần']";

/// Statistics with plots, export, the log of a restart, and the archive of a problem.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_in_a_call_can_be_seen_and_handed_on() {
    let port = free_port().to_string();
    let gateway = ReferenceGateway::start(&["--port", &port]);
    let desktop = Desktop::start();
    let _microphone = desktop.speak_tone(440.0);
    let mut peer = Join::new(&gateway.room(ROOM), PEER, "tone:1000").start();
    peer.wait_connected();
    let link = format!("{}?username=Linh%20An", gateway.room(ROOM));
    let mut app = App::start(&desktop, "statistics", &[&link]).await;
    app.find_css("[data-testid='prejoin-meter']:not([data-level='-127'])")
        .await;
    app.press("prejoin-join").await;
    peer.wait_tone(440.0);

    app.press("call-more").await;
    app.picture("menu").await;
    app.press("call-stats").await;
    app.find_css(&format!("{ROW_OF_PEER}[data-quality='good']"))
        .await;
    app.press_css(&format!("{ROW_OF_PEER} button")).await;
    // A minute of a plot is long enough to look at it; some seconds must do here.
    tokio::time::sleep(Duration::from_secs(8)).await;
    let drawn = app.script(LINES).await;
    assert_eq!(drawn.as_array().map(Vec::len), Some(4), "{drawn}");
    app.picture("numbers").await;
    app.press("stats-export").await;
    let file = saved(&app, "saved").await;
    assert!(desktop.is_a_download(&file), "{file:?}");
    let exported = std::fs::read_to_string(file).expect("the statistics were saved");
    check_history(&exported);

    gateway.kill();
    app.find("reconnect-banner").await;
    let gateway = ReferenceGateway::start(&["--port", &port]);
    app.wait_gone("[data-testid='reconnect-banner']").await;
    app.press("tab-log").await;
    wait_text(&app, "Gateway restarted, back after").await;
    app.picture("events").await;

    app.press("call-more").await;
    app.press("call-report").await;
    app.fill(
        "report-description",
        &format!("{PEER} in {ROOM} heard nothing"),
    )
    .await;
    app.picture("report").await;
    app.press("report-save").await;
    let file = saved(&app, "report-saved").await;
    assert!(desktop.is_a_download(&file), "{file:?}");
    app.picture("report-saved").await;
    let archive = File::open(file).expect("the archive was saved");
    check_archive(ZipArchive::new(archive).expect("a zip file"));
    app.press("report-close").await;
    app.press("call-leave").await;
    app.find("ended-home").await;
    assert!(peer.leave().success());
    gateway.assert_well_treated();
    app.close().await;
}

/// The lines of the plots that are drawn.
const LINES: &str = "return [...document.querySelectorAll(\"[data-testid='stats-row'] path.line\")] \
     .map((line) => line.getAttribute('d')).filter((line) => line.includes('M'))";

fn check_history(text: &str) {
    hides_people(text);
    let history: Value = serde_json::from_str(text).expect("JSON");
    let samples = history["samples"].as_array().expect("samples");
    assert!(samples.len() >= 5, "{}", samples.len());
    let last = samples.last().expect("a sample");
    let rows = last["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{last}");
    assert_eq!(rows[0]["direction"], "out");
    assert_eq!(rows[1]["path"], "udp4, direct");
    assert!(rows[1]["levelDb"].as_f64() > Some(-60.0), "{last}");
    assert!(rows[1]["bufferMs"].as_f64() > Some(0.0), "{last}");
}

fn check_archive(mut archive: ZipArchive<File>) {
    let mut part = |name: &str| {
        let mut text = String::new();
        let mut file = archive.by_name(name).expect("it is in the archive");
        file.read_to_string(&mut text).expect("text");
        text
    };
    let words = part("problem.txt");
    hides_people(&words);
    assert!(words.contains("Gateway restarted, back after"), "{words}");
    assert!(words.contains("heard nothing"), "{words}");
    check_history(&part("statistics.json"));
    let configuration = part("configuration.json");
    hides_people(&configuration);
    assert!(configuration.contains("webview"), "{configuration}");
    assert_eq!(archive.len(), 3, "no test was run");
}

fn hides_people(text: &str) {
    for secret in [ROOM, "Linh", "Bình", "Trần"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
