//! What the program says about itself.

use crate::running::jbcall;

fn text(arguments: &[&str]) -> String {
    let output = jbcall(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn it_tells_its_version() {
    assert_eq!(
        text(&["--version"]).trim(),
        format!("jbcall {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_help_tells_the_exit_codes_and_the_lines_of_json() {
    let help = text(&["join", "--help"]);
    for part in [
        "Exit codes",
        "firstAudio",
        "/mute",
        "--relay-only",
        "JBCALL_TURN_PASSWORD",
    ] {
        assert!(help.contains(part), "{part} is missing in:\n{help}");
    }
    assert!(text(&["--help"]).contains("Exit codes"));
}

#[test]
fn shells_can_complete_it() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            text(&["completions", shell]).contains("relay-only"),
            "{shell}"
        );
    }
}

#[test]
fn wrong_usage_has_the_code_2() {
    assert_eq!(jbcall(&["join"]).status.code(), Some(2));
    assert_eq!(jbcall(&["dance"]).status.code(), Some(2));
}
