use proptest::prelude::*;

use super::*;

fn parsed(input: &str) -> CollabLink {
    CollabLink::parse(input).unwrap_or_else(|error| panic!("{input}: {error}"))
}

fn code(input: &str) -> &'static str {
    CollabLink::parse(input).expect_err(input).code()
}

#[test]
fn an_app_link_names_service_and_record() {
    let link = parsed(
        "jbcall://collab?url=https%3A%2F%2Fcollab.example&record=P%201&deployment=screening&path=/api/socket.io",
    );
    assert_eq!(link.service.as_str(), "https://collab.example/");
    assert_eq!(link.record, "P 1");
    assert_eq!(link.deployment.as_deref(), Some("screening"));
    assert_eq!(link.path.as_deref(), Some("/api/socket.io/"));
    assert_eq!(link.user_id, None);
}

#[test]
fn the_panels_own_parameters_are_read() {
    let link = parsed(
        "https://collab.example/?patient_id=P1&user_id=u1&user_name=Ann%20Lee&user_role=nurse&step=3",
    );
    assert_eq!(link.service.as_str(), "https://collab.example/");
    assert_eq!(link.path, None);
    assert_eq!(link.record, "P1");
    assert_eq!(link.user_id.as_deref(), Some("u1"));
    assert_eq!(link.user_name.as_deref(), Some("Ann Lee"));
    assert_eq!(link.user_role.as_deref(), Some("nurse"));
    assert_eq!(link.step, Some(StepRef::Index(3)));
}

#[test]
fn an_endpoint_brings_its_path() {
    let link = parsed("wss://collab.example/socket.io/socket.io/?patient_id=P1&EIO=4");
    assert_eq!(link.service.as_str(), "https://collab.example/");
    assert_eq!(link.path.as_deref(), Some("/socket.io/socket.io/"));
    let page = parsed("https://collab.example/app/screening?patient_id=P1");
    assert_eq!(page.path, None);
}

#[test]
fn a_web_link_may_be_wrapped_in_an_app_link() {
    let link = parsed(
        "jbcall://collab/?link=http%3A%2F%2F10.0.0.7%3A8000%2F%3Fpatient_id%3DP1%26step%3Dvision&deployment=deployed&patient_id=P2",
    );
    assert_eq!(link.service.as_str(), "http://10.0.0.7:8000/");
    assert_eq!(link.record, "P1");
    assert_eq!(link.step, Some(StepRef::Key("vision".into())));
    assert_eq!(link.deployment.as_deref(), Some("deployed"));
}

#[test]
fn hosts_without_scheme_are_understood() {
    assert_eq!(
        parsed("localhost:8000/?patient_id=P1").service.as_str(),
        "http://localhost:8000/"
    );
    assert_eq!(
        parsed("collab.example/?patient_id=P1").service.as_str(),
        "https://collab.example/"
    );
    assert_eq!(
        service_url("192.168.1.5").unwrap().as_str(),
        "http://192.168.1.5/"
    );
}

#[test]
fn what_surrounds_a_link_is_ignored() {
    let link = parsed(" <https://collab.example/?patient_id=P1>\n");
    assert_eq!(link.record, "P1");
}

#[test]
fn what_leads_nowhere_is_told_with_a_code() {
    assert_eq!(code(""), "collab.link-empty");
    assert_eq!(code("  <> "), "collab.link-empty");
    assert_eq!(code(&"x".repeat(20_000)), "collab.link-too-long");
    assert_eq!(
        code("ftp://collab.example/?patient_id=P1"),
        "collab.link-scheme"
    );
    assert_eq!(code("jbcall://room/k3vd"), "collab.link-scheme");
    assert_eq!(code("https://collab.example/"), "collab.link-no-record");
    assert_eq!(
        code("jbcall://collab?url=https://collab.example"),
        "collab.link-no-record"
    );
    assert_eq!(code("jbcall://collab?record=P1"), "collab.link-no-service");
    assert_eq!(
        code("https://a b.example/?patient_id=P1"),
        "collab.link-malformed"
    );
    assert_eq!(
        code("https://known.example@other.example/?patient_id=P1"),
        "collab.link-malformed"
    );
    assert_eq!(
        code("https://collab.example/?patient_id=a%07b"),
        "collab.link-malformed"
    );
    assert_eq!(
        code(&format!(
            "https://c.example/?patient_id={}",
            "x".repeat(300)
        )),
        "collab.link-too-long"
    );
    assert_eq!(
        code("jbcall://collab?url=https://c.example&record=P1&path=/a/../b"),
        "collab.link-malformed"
    );
    assert_eq!(
        code("jbcall://collab?link=jbcall%3A%2F%2Fcollab%3Flink%3Dx&record=P1"),
        "collab.link-malformed"
    );
}

#[test]
fn a_shared_link_holds_nothing_of_the_person() {
    let link = parsed(
        "https://collab.example/socket.io/?patient_id=P%26=1&user_id=u1&user_name=Ann&user_role=nurse&step=3&deployment=deployed",
    );
    let shared = link.share_link();
    for private in ["u1", "Ann", "nurse", "step"] {
        assert!(!shared.contains(private), "{shared}");
    }
    let again = parsed(&shared);
    assert_eq!((&again.service, &again.path), (&link.service, &link.path));
    assert_eq!(
        (&again.record, &again.deployment),
        (&link.record, &link.deployment)
    );
    assert_eq!(again.user_id, None);
}

#[test]
fn debug_output_has_no_personal_data() {
    let link = parsed("https://collab.example/?patient_id=P77&user_id=u1&user_name=Ann");
    let debug = format!("{link:?}");
    assert!(!debug.contains("P77") && !debug.contains("Ann") && !debug.contains("u1"));
}

#[test]
fn links_to_calls_are_told_from_links_to_records() {
    assert!(is_collab_link("jbcall://collab?record=P1"));
    assert!(is_collab_link("jbcall:collab/?record=P1"));
    assert!(is_collab_link("https://collab.example/?patient_id=P1"));
    assert!(!is_collab_link("jbcall://room/collab"));
    assert!(!is_collab_link("jbcall:collab"));
    assert!(!is_collab_link(
        "https://calls.example/room/k3vd?user_id=u1&patient_id=P1"
    ));
    assert!(!is_collab_link("https://calls.example/room/k3vd"));
}

proptest! {
    #[test]
    fn no_input_panics(input in "\\PC{0,200}") {
        let _ = CollabLink::parse(&input);
        let _ = is_collab_link(&input);
        let _ = service_path(&input);
    }

    #[test]
    fn nearly_right_links_never_panic(
        start in prop::sample::select(vec!["jbcall://collab?", "https://c.example/?", "ws:", "jbcall:", "wss://"]),
        rest in "[a-z=&%/?#.:@0-9\\[\\] é-]{0,80}",
    ) {
        let _ = CollabLink::parse(&format!("{start}{rest}"));
    }

    #[test]
    fn every_record_can_be_shared(record in "[^\\p{C}]{1,80}") {
        if let Ok(link) = CollabLink::to_record("https://c.example", &record) {
            let again = CollabLink::parse(&link.share_link()).unwrap();
            prop_assert_eq!(again.record, link.record);
        }
    }
}
