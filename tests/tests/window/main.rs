//! The real window under Xvfb, driven through WebDriver: one journey each, pictures kept.

mod app;
mod desktop;
mod doctor;
mod record;
mod statistics;

use tests::jbcall::{Join, count_of};
use tests::process::{PATIENCE, Process, free_port};
use tests::servers::ReferenceGateway;

use app::App;
use desktop::Desktop;

const TILE_OF_PEER: &str = "[data-testid='tile'][data-participant-name='Bình']";

/// Opened by a link, pre-join, join, the other one appears and speaks, mute, chat both ways,
/// the gateway goes and comes back, leave.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_through_pre_join_into_a_call() {
    let port = free_port().to_string();
    let gateway = ReferenceGateway::start(&["--port", &port]);
    let desktop = Desktop::start();
    let _microphone = desktop.speak_tone(440.0);
    let mut peer = Join::new(&gateway.room("bao-cao"), "Bình", "tone:1000").start();
    peer.wait_connected();

    let link = format!("{}?username=An", gateway.room("bao-cao"));
    let mut app = App::start(&desktop, "call", &[&link]).await;

    // The link fills in the join screen and starts nothing by itself.
    app.find("prejoin-join").await;
    app.find_css("[data-testid='prejoin-meter']:not([data-level='-127'])")
        .await;
    app.find_css("[data-testid='prejoin-state'][data-people='1']")
        .await;
    app.picture("pre-join").await;
    let seen = peer.view();
    assert_eq!(
        count_of(&seen, "An"),
        0,
        "nobody joins before Join is pressed"
    );

    app.press("prejoin-join").await;
    app.find_css(TILE_OF_PEER).await;
    app.find_css(&format!("{TILE_OF_PEER}[data-speaking='true']"))
        .await;
    peer.wait_audio_of("An", "live");
    peer.wait_tone(440.0);
    app.find_css("[data-testid='call-path'][data-protocol='udp']")
        .await;
    app.picture("in-the-call").await;

    app.press("call-mute").await;
    peer.wait_audio_of("An", "muted");
    app.picture("muted").await;
    app.press("call-mute").await;
    peer.wait_audio_of("An", "live");

    app.press("call-chat").await;
    app.fill("chat-input", "<b>xin chào</b>").await;
    app.press("chat-send").await;
    peer.wait_view("the window's message", |view| {
        view["chat"].as_array().is_some_and(|chat| {
            chat.iter()
                .any(|message| message["text"] == "<b>xin chào</b>")
        })
    });
    peer.type_line("chat chào An");
    app.find_css("[data-testid='chat-message']:nth-of-type(1)")
        .await;
    wait_text(&app, "chào An").await;
    let text = app.text().await;
    assert!(
        text.contains("<b>xin chào</b>"),
        "chat is text, never markup"
    );
    app.picture("chat").await;
    app.press("call-chat").await;

    gateway.kill();
    app.find("reconnect-banner").await;
    app.picture("reconnecting").await;
    let _gateway = ReferenceGateway::start(&["--port", &port]);
    app.wait_gone("[data-testid='reconnect-banner']").await;
    app.find_css(&format!("{TILE_OF_PEER}[data-speaking='true']"))
        .await;
    app.picture("back").await;

    app.press("call-leave").await;
    app.press("ended-home").await;
    app.find("home-link").await;
    peer.wait_gone("An");
    app.picture("left").await;
    app.close().await;
}

/// A second start hands its link to the window that is open, and ends; without a microphone
/// one can join all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_hands_its_link_over() {
    let gateway = ReferenceGateway::start(&[]);
    let desktop = Desktop::start();
    let mut app = App::start(&desktop, "second-start", &[]).await;
    app.find("home-link").await;
    app.picture("home").await;

    let link = format!("jbcall://127.0.0.1:{}/room/lien-ket", gateway.port());
    let mut command = desktop.command(&app::binary().display().to_string());
    let mut second = Process::start("second", command.arg(&link));
    assert!(second.wait_exit(PATIENCE).success());

    app.find_css("[data-testid='prejoin-state'][data-state='ready']")
        .await;
    app.find_css("h1[title='lien-ket']").await;
    app.fill("prejoin-name", "An").await;
    app.picture("pre-join").await;
    app.press("prejoin-join").await;
    app.find("empty-call").await;
    // What was typed is kept for the next time, and nothing complains.
    assert_eq!(desktop.settings()["name"], "An");
    let complaints = app.count("[data-testid='toast'][data-level='error']").await;
    assert_eq!(complaints, 0);
    app.picture("nobody-else").await;

    // Closing the window leaves the room at once, not after the gateway's time-out.
    let mut peer = Join::new(&gateway.room("lien-ket"), "Bình", "none").start();
    peer.wait_view("the window's participant", |view| count_of(view, "An") == 1);
    app.close().await;
    peer.wait_gone("An");
    assert!(peer.leave().success());
}

/// What cannot work is said in words, within seconds, and nothing that was typed is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_said_in_words() {
    let desktop = Desktop::start();
    let link = format!("http://127.0.0.1:{}/room/x", free_port());
    let mut app = App::start(&desktop, "no-gateway", &[&link]).await;
    app.find_css("[data-testid='error'][data-code^='gateway.']")
        .await;
    app.picture("unreachable").await;
    app.press("back").await;
    app.fill("home-link", "ftp://x").await;
    app.press("home-go").await;
    app.find("home-link").await;
    app.picture("no-link").await;
    app.close().await;
}

/// Waits until the page shows this text.
pub async fn wait_text(app: &App, text: &str) {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let shown = app.text().await;
        if shown.contains(text) {
            return;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "no {text:?} in:\n{shown}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
