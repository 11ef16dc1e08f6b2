//! Calls of several programs over the hosted gateway.

use crate::running::{Running, participant};

#[test]
fn the_talker_is_heard() {
    let (_host, link) = Running::host(&["--talker"]);
    let mut listener = Running::join(&link, "An", &["--mic", "none"]);
    let ms = listener.wait("first sound", |line| line["firstAudio"]["ms"].as_f64());
    assert!(ms > 0.0, "{ms}");
    listener.wait_audio_of("Talker", "live");
    let id = participant(&listener.view, "Talker")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    listener.wait("a level", |line| {
        let level = line["levels"]["participants"][&id].as_f64()?;
        (level > -60.0).then_some(())
    });
    listener.wait_view("somebody speaking", |view| {
        participant(view, "Talker")["speaking"] == true
    });
    let packets = listener.wait("numbers", |line| {
        line["stats"]["received"][&id]["packets"]
            .as_u64()
            .filter(|packets| *packets > 0)
    });
    assert!(packets > 0);
    assert_eq!(listener.view["path"]["protocol"], "udp");
    // A listener sends nothing, and needs no microphone to leave.
    assert_eq!(listener.view["me"]["microphone"]["state"], "unavailable");
    listener.close_stdin();
    listener.terminate();
    assert_eq!(listener.wait_exit().code(), Some(0));
}

#[test]
fn two_people_hear_each_other_chat_mute_and_leave() {
    let (_host, link) = Running::host(&[]);
    let mut an = Running::join(&link, "An", &[]);
    let mut binh = Running::join(&link, "Bình", &["--mic", "tone:700", "--muted"]);
    an.wait_connected();
    binh.wait_audio_of("An", "live");
    binh.wait("sound of An", |line| line["firstAudio"]["ms"].as_f64());
    an.wait_view("Bình", |view| {
        participant(view, "Bình") != &serde_json::Value::Null
    });

    // Joined muted: nothing is heard until unmuted.
    assert_eq!(binh.view["me"]["microphone"]["state"], "muted");
    an.wait_audio_of("Bình", "muted");
    binh.tell("unmute");
    an.wait_audio_of("Bình", "live");
    binh.tell(r#"{"cmd":"mute"}"#);
    an.wait_audio_of("Bình", "muted");

    an.tell("chat chào bạn");
    binh.wait_view("chat", |view| view["chat"][0]["text"] == "chào bạn");
    assert_eq!(binh.view["chat"][0]["sender"], "An");
    assert_eq!(binh.view["unreadChat"], 1);
    an.wait_view("delivery", |view| {
        view["chat"][0]["delivery"] == "delivered"
    });
    binh.tell("read");
    binh.wait_view("nothing unread", |view| view["unreadChat"] == 0);

    binh.terminate();
    assert_eq!(binh.wait_exit().code(), Some(0));
    an.wait_view("nobody else", |view| {
        view["participants"] == serde_json::json!([])
    });
    an.tell("leave");
    an.wait("the end", |line| {
        (line["ended"]["kind"] == "left").then_some(())
    });
    assert_eq!(an.wait_exit().code(), Some(0));
}

#[test]
fn a_duration_ends_the_call() {
    let (_host, link) = Running::host(&[]);
    let mut caller = Running::join(&link, "An", &["--duration", "1"]);
    caller.wait("the end", |line| {
        (line["ended"]["kind"] == "left").then_some(())
    });
    assert_eq!(caller.wait_exit().code(), Some(0));
}

#[test]
fn what_is_heard_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("heard.wav");
    let name = file.display().to_string();
    let (_host, link) = Running::host(&[]);
    let _an = Running::join(&link, "An", &[]);
    let arguments = [
        "join",
        &link,
        "--name",
        "B",
        "--json",
        "--mic",
        "none",
        "--speaker",
        &name,
    ];
    let mut listener = Running::start(&arguments);
    listener.wait("sound of An", |line| line["firstAudio"]["ms"].as_f64());
    listener.wait("a second of numbers", |line| {
        line["stats"]["received"]
            .as_object()?
            .values()
            .find(|r| r["decodedFrames"].as_u64() > Some(25))
            .map(drop)
    });
    listener.tell("leave");
    assert_eq!(listener.wait_exit().code(), Some(0));
    let wav = std::fs::read(&file).expect("it was written");
    let loud = wav[44..]
        .chunks_exact(2)
        .filter(|s| i16::from_le_bytes([s[0], s[1]]).unsigned_abs() > 1_000)
        .count();
    assert!(loud > 10_000, "{loud} loud samples of {}", wav.len() / 2);
}

#[test]
fn everybody_is_back_after_the_gateway_was_away() {
    let (_host, link) = Running::host(&["--misbehave", "restart-after:6s,4s"]);
    let mut an = Running::join(&link, "An", &[]);
    let mut binh = Running::join(&link, "Bình", &["--mic", "tone:700"]);
    an.wait_audio_of("Bình", "live");
    binh.wait_audio_of("An", "live");
    an.tell("chat before");
    for caller in [&mut an, &mut binh] {
        caller.wait_view("reconnecting", |view| {
            view["connection"]["state"] == "reconnecting"
        });
    }
    for (caller, other) in [(&mut an, "Bình"), (&mut binh, "An")] {
        caller.wait_connected();
        caller.wait_audio_of(other, "live");
        assert_eq!(
            caller.view["participants"].as_array().map(Vec::len),
            Some(1)
        );
        assert_eq!(caller.view["chat"].as_array().map(Vec::len), Some(1));
    }
}
