//! The real window under Xvfb, driven through WebDriver: one journey each, pictures kept.

mod app;
mod desktop;

use tests::jbcall::Join;
use tests::servers::ReferenceGateway;

use app::App;
use desktop::Desktop;

const TILE_OF_PEER: &str = "[data-testid='tile'][data-participant-name='Bình']";

/// Opened by a link, pre-join, join, the other one appears and speaks, mute, chat both ways,
/// the gateway goes and comes back, leave.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_through_pre_join_into_a_call() {
    let mut gateway = ReferenceGateway::start(&[]);
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
    app.picture("pre-join").await;
    assert!(
        peer.view()["participants"]
            .as_array()
            .is_some_and(Vec::is_empty),
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
    gateway.start_again();
    app.wait_gone("[data-testid='reconnect-banner']").await;
    app.find_css(&format!("{TILE_OF_PEER}[data-speaking='true']"))
        .await;
    app.picture("back").await;

    app.press("call-leave").await;
    app.find("home-link").await;
    peer.wait_view("the window's participant is gone", |view| {
        view["participants"].as_array().is_some_and(Vec::is_empty)
    });
    app.picture("left").await;
    app.close().await;
}

/// Waits until the page shows this text.
async fn wait_text(app: &App, text: &str) {
    let deadline = std::time::Instant::now() + tests::process::PATIENCE;
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
