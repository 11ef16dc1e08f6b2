//! Calls through a real SFU: with a browser, and among three `jbcall`.

use std::time::Duration;

use tests::chromium::Chromium;
use tests::jbcall::{Join, count_of};
use tests::process::{PATIENCE, wait_until};
use tests::servers::ReferenceGateway;

/// Generous for noisy machines, and still far below the 5 s after which a lost participant
/// would be noticed any other way.
const SOON: Duration = Duration::from_secs(1);

#[test]
fn a_browser_and_jbcall_hear_each_other_and_chat() {
    let gateway = ReferenceGateway::start(&[]);
    let mut chromium = Chromium::start(1000);
    chromium.join(gateway.url(), "x", "web");
    let mark = chromium.mark();
    let mut caller = Join::new(&gateway.room("x"), "caller", "tone:440").start();
    caller.wait_connected();

    let before = chromium.wait_tone("caller", 440.0);
    caller.wait_tone(1000.0);
    let second = caller
        .recording()
        .last(Duration::from_secs(1))
        .expect("it has played");
    let (hz, share) = second.dominant().expect("there is sound");
    assert!(
        (hz - 1000.0).abs() <= 10.0 && share > 0.7,
        "{hz} Hz, {share}"
    );
    wait_until(PATIENCE, "totalAudioEnergy grows", || {
        let now = chromium
            .hears()
            .into_iter()
            .find(|heard| heard.name == "caller")?;
        (now.energy > before.energy && now.packets > before.packets).then_some(())
    });

    caller.type_line("chat hello from the terminal");
    chromium.wait_event(mark, "chat", |line| {
        line["text"] == "hello from the terminal" && line["sender"] == "caller"
    });
    chromium.chat("xin chào");
    caller.wait_view("chat both ways", |view| {
        let chat = view["chat"].as_array().cloned().unwrap_or_default();
        let mine = chat
            .iter()
            .any(|m| m["mine"] == true && m["delivery"] == "delivered");
        let theirs = chat
            .iter()
            .any(|m| m["mine"] == false && m["text"] == "xin chào");
        mine && theirs && chat.len() == 2
    });

    // The web client's mute only pauses its producer: silence is all there is to see.
    chromium.mute();
    caller.wait_audio_of("web", "muted");
    chromium.unmute();
    caller.wait_audio_of("web", "live");

    assert!(caller.leave().success());
    chromium.wait_event(mark, "participant-left", |line| line["name"] == "caller");
    gateway.assert_well_treated();
}

#[test]
fn three_participants_hear_each_other_mute_and_leave() {
    let mut gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("three");
    let [mut a, mut b, mut c] = [
        ("anna", "tone:440"),
        ("binh", "tone:700"),
        ("chi", "tone:1000"),
    ]
    .map(|(name, tone)| Join::new(&link, name, tone).start());
    a.wait_exactly(&[700.0, 1000.0], &[440.0]);
    b.wait_exactly(&[440.0, 1000.0], &[700.0]);
    c.wait_exactly(&[440.0, 700.0], &[1000.0]);

    // Mute: the packets stop at the source, and the others see it.
    b.type_line("mute");
    b.wait_view("own microphone muted", |view| {
        view["me"]["microphone"]["state"] == "muted"
    });
    a.wait_audio_of("binh", "muted");
    c.wait_audio_of("binh", "muted");
    let silent_for = |gateway: &mut ReferenceGateway| {
        let stats = gateway.stats();
        let streams = stats["audioStreaming"]["streams"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let silence = streams
            .iter()
            .map(|s| s["timeSinceLastProcess"].as_u64().unwrap_or(0));
        silence.max().unwrap_or(0)
    };
    wait_until(PATIENCE, "no packet of the muted one for 2 s", || {
        (silent_for(&mut gateway) > 2000).then_some(())
    });
    a.wait_exactly(&[1000.0], &[440.0, 700.0]);
    b.type_line("unmute");
    a.wait_audio_of("binh", "live");
    a.wait_exactly(&[700.0, 1000.0], &[440.0]);

    // Leave: the others see it within a second.
    let left = std::time::Instant::now();
    assert!(c.leave().success());
    for other in [&a, &b] {
        let took = other.wait_gone("chi").saturating_duration_since(left);
        assert!(took < SOON, "{} saw it after {took:?}", other.name());
    }
    a.wait_exactly(&[700.0], &[440.0, 1000.0]);
    b.wait_exactly(&[440.0], &[700.0, 1000.0]);

    for one in [&mut a, &mut b] {
        assert_eq!(count_of(&one.view(), "chi"), 0);
        assert!(one.leave().success());
    }
    gateway.assert_well_treated();
}
