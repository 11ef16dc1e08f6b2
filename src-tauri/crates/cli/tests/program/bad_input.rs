//! Whatever is wrong: a sentence that says what and what to do, in good time, and an exit code.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::running::{Running, jbcall, participant};

/// The promise of 10 s, with something added for a busy machine.
const IN_GOOD_TIME: Duration = Duration::from_secs(12);

#[track_caller]
fn fails(arguments: &[&str], code: i32) -> String {
    let mut all = vec!["join"];
    all.extend(arguments);
    all.extend(["--mic", "none", "--speaker", "none"]);
    let begin = Instant::now();
    let output = jbcall(&all);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(begin.elapsed() < IN_GOOD_TIME, "{:?}", begin.elapsed());
    assert!(errors.starts_with("error: "), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    errors
}

#[test]
fn a_malformed_link() {
    fails(&["https://site.example/somewhere"], 2);
    fails(&["ftp://site.example/room/x"], 2);
    fails(&[""], 2);
}

#[test]
fn an_unknown_host() {
    let message = fails(&["http://no-such-host.invalid/room/x"], 3);
    assert!(message.contains("no-such-host.invalid"), "{message}");
}

#[test]
fn a_port_on_which_nobody_listens() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("its address").port()
    };
    fails(&[&format!("http://127.0.0.1:{port}/room/x")], 3);
}

#[test]
fn a_web_server_that_is_no_gateway() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 2_048];
            let _ = stream.read(&mut request);
            let page = "<!doctype html><title>Hello</title>";
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
    fails(&[&format!("http://127.0.0.1:{port}/room/x")], 3);
}

#[test]
fn a_server_that_accepts_and_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    fails(&[&format!("http://127.0.0.1:{port}/room/x")], 3);
}

#[test]
fn a_room_that_refuses() {
    let (_host, link) = Running::host(&["--misbehave", "refuse-join"]);
    fails(&[&link], 4);
}

#[test]
fn a_gateway_that_answers_nonsense() {
    let (_host, link) = Running::host(&["--misbehave", "nonsense-acks:join-room"]);
    let message = fails(&[&link], 4);
    assert!(message.contains("could not be understood"), "{message}");
}

#[test]
fn a_gateway_that_does_not_answer_the_join() {
    let (_host, link) = Running::host(&["--misbehave", "drop-acks:join-room"]);
    let begin = Instant::now();
    let mut caller = Running::join(&link, "An", &[]);
    caller.wait("a notice", |line| {
        (line["notice"]["code"] == "gateway.silent").then_some(())
    });
    assert!(begin.elapsed() < IN_GOOD_TIME, "{:?}", begin.elapsed());
}

#[test]
fn a_missing_microphone_and_speaker() {
    let (_host, link) = Running::host(&[]);
    let mut caller = Running::join(&link, "An", &["--mic", "no such microphone"]);
    let notice = |code: &'static str| {
        move |line: &Value| {
            let found = line["notice"]["code"] == code;
            found.then(|| line["notice"]["params"]["message"].to_string())
        }
    };
    let message = caller.wait("a notice", notice("microphone.unavailable"));
    assert!(
        message.contains("goes on without a microphone"),
        "{message}"
    );
    caller.wait_connected();
    caller.wait_view("the microphone as unavailable", |view| {
        view["me"]["microphone"]["state"] == "unavailable"
            && view["me"]["microphone"]["error"]["code"] == "audio.no-device"
    });
    caller.tell("speaker no such speaker");
    caller.wait("a notice", notice("speaker.unavailable"));
    assert_eq!(caller.view["connection"]["state"], "connected");
    assert_eq!(participant(&caller.view, "nobody"), &Value::Null);
}

#[test]
fn a_line_that_is_no_command() {
    let (_host, link) = Running::host(&[]);
    let mut caller = Running::join(&link, "An", &[]);
    caller.tell("dance");
    caller.tell("{\"cmd\":");
    for _ in 0..2 {
        caller.wait("an error", |line| {
            (line["error"]["code"] == "command.unknown").then_some(())
        });
    }
    caller.tell(r#"{"cmd":"leave"}"#);
    assert_eq!(caller.wait_exit().code(), Some(0));
}
