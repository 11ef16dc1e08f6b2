//! The doctor's command: what comes out, and that it is redacted. What it finds is tested where it
//! is found.

use serde_json::Value;

use crate::running::{Running, jbcall};

#[test]
fn a_link_that_leads_nowhere_has_the_code_2() {
    let output = jbcall(&["doctor", "ftp://site.example/room/x"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.starts_with("error: "), "{errors}");
}

#[test]
fn the_report_is_json_and_a_page_without_the_room() {
    let (_host, link) = Running::host(&["--room", "kin-dao-77"]);
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("report.html");
    let file = page.display().to_string();
    let output = jbcall(&[
        "doctor",
        &link,
        "--json",
        "--no-microphone",
        "--html",
        &file,
    ]);
    let json = String::from_utf8(output.stdout).expect("text");
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["schema"], 1);
    assert_eq!(report["end"], "complete");
    let verdicts = verdicts(&report);
    assert_eq!(verdicts.len(), 17);
    for (rung, verdict) in &verdicts {
        let expected: &[_] = match rung.as_str() {
            "turn" | "pipeline" => &["skipped"],
            // Machines without sound run this test as well.
            "machine" => &["ok", "warning"],
            _ => &["ok"],
        };
        assert!(
            expected.contains(&verdict.as_str()),
            "{rung}: {verdict}\n{json}"
        );
    }
    assert_eq!(report["culprit"], Value::Null);
    assert_eq!(output.status.code(), Some(0));
    let html = std::fs::read_to_string(&page).expect("it was written");
    assert!(html.starts_with("<!doctype html>"), "{html}");
    for text in [&json, &html] {
        assert!(!text.contains("kin-dao-77"), "{text}");
    }
}

#[test]
fn a_port_that_is_closed_is_the_one_layer_that_failed() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let link = format!("http://127.0.0.1:{port}/room/x");
    let output = jbcall(&["doctor", &link, "--json", "--no-microphone"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["culprit"], "tls");
    let findings = &report["diagnosis"]["rungs"][2]["findings"];
    assert_eq!(findings[0]["cause"], "port-closed", "{findings}");
    let failed = verdicts(&report);
    let failed: Vec<_> = failed
        .iter()
        .filter(|(_, verdict)| verdict == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(output.status.code(), Some(3));
}

/// Rung and verdict, in the order of the ladder.
fn verdicts(report: &Value) -> Vec<(String, String)> {
    let rungs = report["diagnosis"]["rungs"].as_array().expect("rungs");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rungs
        .iter()
        .map(|result| (text(&result["rung"]), text(&result["verdict"])))
        .collect()
}

#[test]
fn the_text_has_no_colours_where_nobody_sees_them() {
    let (_host, link) = Running::host(&[]);
    let output = jbcall(&["doctor", &link, "--lang", "vi", "--no-microphone"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("Các bậc thang"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_page_that_cannot_be_written_is_said() {
    let (_host, link) = Running::host(&[]);
    let output = jbcall(&[
        "doctor",
        &link,
        "--no-microphone",
        "--html",
        "/no/such/folder/r.html",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
}
