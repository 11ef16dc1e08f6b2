use std::time::Duration;

use super::*;

/// The only mistake of a file: its code, line and key.
fn mistake(text: &str) -> (&'static str, usize, String) {
    let (library, errors) = with_file(text);
    assert_eq!(library.names(), Library::builtin().names(), "{text}");
    match errors.as_slice() {
        [error] => (error.code(), error.line.unwrap_or(0), error.key.clone()),
        others => panic!("{others:?}"),
    }
}

fn expect(text: &str, code: &str, line: usize, key: &str) {
    assert_eq!(mistake(text), (code, line, key.to_owned()), "{text}");
}

#[test]
fn the_programs_own_files_have_no_mistakes() {
    let (library, errors) = Library::read_builtin();
    assert_eq!(errors, []);
    assert_eq!(
        library.names(),
        ["deployed", "insights", "live-editing", "screening"]
    );
}

#[test]
fn the_example_of_the_form_is_understood() {
    let (library, errors) = with_file(
        r#"
[deployment.clinic]
links = ["main"]
vocabularies = ["screening", "live-editing"]
away_after_s = 90
steps = ["Registration", "Vision test"]
fields = ["note", { name = "va_left", step = 1, label = "Left eye" }]

[deployment.clinic.link.main]
url = "https://collab.example"
path = "/api/socket.io/"
transports = ["polling"]
query = { patient_id = "{room.id}", step = "{me.step}" }
auth = { user_id = "{me.id}", token = "{credential}" }
keep_alive = { event = "ping", args = [], every_s = 120 }
"#,
    );
    assert_eq!(errors, []);
    let mut clinic = library.deployment("clinic").unwrap();
    assert_eq!(clinic.away_after, Duration::from_secs(90));
    assert_eq!(clinic.vocabularies(), ["screening", "live-editing"]);
    assert_eq!(clinic.steps[1].label, "Vision test");
    assert_eq!(clinic.fields[1].field.step, Some(StepRef::Index(1)));
    assert_eq!(
        (&*clinic.fields[0].label, &*clinic.fields[1].label),
        ("note", "Left eye")
    );
    let me = ann();
    let step = StepRef::Index(3);
    let context = at("P1", &me, Some(&step));
    let link = &clinic.links[0];
    assert_eq!(
        link.url.as_ref().unwrap().as_str(),
        "https://collab.example/"
    );
    assert_eq!(link.transports, socketio::Transports::PollingOnly);
    let query = [("patient_id", "P1"), ("step", "3")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(link.query(&context), query);
    assert_eq!(
        link.auth(&context),
        Some(serde_json::json!({"user_id": "u1"}))
    );
    let keep_alive = link.keep_alive.as_ref().unwrap();
    assert_eq!(
        (&*keep_alive.event, keep_alive.every.as_secs()),
        ("ping", 120)
    );
    assert!(link.keep_alive_args(&context).is_empty());
    clinic.set_credential(Some("secret"));
    let auth = clinic.links[0].auth(&context).unwrap();
    assert_eq!(auth["token"], "secret");
    assert!(!format!("{clinic:?}").contains("secret"));
}

#[test]
fn malformed_toml_is_told_with_its_line() {
    let (code, line, key) = mistake("[vocabulary.x]\n\nout = = 3\n");
    assert_eq!((code, line, &*key), ("collab.file-malformed", 3, ""));
    assert_eq!(mistake("[a]\n[a]\n").0, "collab.file-malformed");
}

#[test]
fn unknown_words_are_told_with_line_and_key() {
    expect(
        "[vocabulary.x.out.wave]\nevent = \"wave\"\n",
        "collab.file-unknown-intent",
        1,
        "vocabulary.x.out.wave",
    );
    expect(
        "[vocabulary.x.in.hello]\nop = \"presence.sing\"\n",
        "collab.file-unknown-operation",
        2,
        "vocabulary.x.in.hello.op",
    );
    expect(
        "[vocabulary.x.out.join]\nevent = \"join\"\nargs = [{ id = \"{room.name}\" }]\n",
        "collab.file-unknown-placeholder",
        3,
        "vocabulary.x.out.join.args[0].id",
    );
    expect(
        "[vocabulary.x]\nsteps = 3\n",
        "collab.file-unknown-key",
        2,
        "vocabulary.x.steps",
    );
    expect(
        "[deployment.d]\nvocabularies = [\n  \"screening\",\n  \"nowhere\",\n]\n",
        "collab.file-unknown-vocabulary",
        4,
        "deployment.d.vocabularies[1]",
    );
    expect("[fruit]\n", "collab.file-unknown-key", 1, "fruit");
}

#[test]
fn a_placeholder_must_fit_its_intent() {
    expect(
        "[vocabulary.x.out.join]\nevent = \"join\"\nargs = [\"{value}\"]\n",
        "collab.file-unknown-placeholder",
        3,
        "vocabulary.x.out.join.args[0]",
    );
    expect(
        "[deployment.d]\nvocabularies = [\"screening\"]\n[deployment.d.link.main]\nauth = { s = \"{step}\" }\n",
        "collab.file-unknown-placeholder",
        4,
        "deployment.d.link.main.auth.s",
    );
}

#[test]
fn an_event_bound_twice_is_told() {
    let (library, errors) = with_file(
        "[vocabulary.more.in.user_left]\nop = \"none\"\n\n[deployment.d]\nvocabularies = [\"screening\", \"more\"]\n",
    );
    assert_eq!(library.deployment("d").map(|d| d.name), None);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code(), "collab.file-bound-twice");
    assert_eq!(errors[0].line, Some(5));
    let told = errors[0].to_string();
    for word in ["mine.toml", "line 5", "user_left", "screening", "more"] {
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn one_event_may_have_several_meanings_in_one_vocabulary() {
    let (library, errors) = with_file(
        r#"
[deployment.d]
vocabularies = ["x"]
[[vocabulary.x.in.moved]]
op = "presence.step"
staff = "who"
step = "to"
[[vocabulary.x.in.moved]]
op = "record.updated"
ignored = ["how"]
"#,
    );
    assert_eq!(errors, []);
    let deployment = library.deployment("d").unwrap();
    let decoded = hear(
        &deployment,
        "moved",
        serde_json::json!({"who": "u1", "to": 2}),
    );
    assert_eq!(decoded.operations.len(), 2);
}

#[test]
fn bad_templates_and_paths_are_told() {
    let template =
        |value: &str| format!("[vocabulary.x.out.join]\nevent = \"j\"\nargs = [{value}]\n");
    for value in ["\"{room.id\"", "\"room}\"", "1979-05-27", "inf"] {
        assert_eq!(
            mistake(&template(value)).0,
            "collab.file-bad-template",
            "{value}"
        );
    }
    expect(
        "[vocabulary.x.in.e]\nop = \"presence.remove\"\nstaff = [\"$\", \"a..b\"]\n",
        "collab.file-bad-path",
        3,
        "vocabulary.x.in.e.staff[1]",
    );
    expect(
        "[vocabulary.x.in.e]\nop = \"notification.add\"\ntext = \"{a b}\"\n",
        "collab.file-bad-path",
        3,
        "vocabulary.x.in.e.text",
    );
}

#[test]
fn wrong_types_and_missing_keys_are_told() {
    expect(
        "[vocabulary.x.out.join]\nevent = 3\n",
        "collab.file-wrong-type",
        2,
        "vocabulary.x.out.join.event",
    );
    expect(
        "[vocabulary.x.out.join]\nack = \"never\"\n",
        "collab.file-missing-key",
        1,
        "vocabulary.x.out.join",
    );
    expect(
        "[vocabulary.x.in.q]\nop = \"queue.replace\"\npatient = \"p\"\n",
        "collab.file-missing-key",
        1,
        "vocabulary.x.in.q",
    );
    expect(
        "[vocabulary.x.out.join]\nevent = \"e\"\nack = \"perhaps\"\n",
        "collab.file-bad-value",
        3,
        "vocabulary.x.out.join.ack",
    );
    expect(
        "[vocabulary.x.out.heartbeat]\nevent = \"e\"\nevery_s = 0\n",
        "collab.file-bad-value",
        3,
        "vocabulary.x.out.heartbeat.every_s",
    );
    expect(
        "[deployment.auto]\nvocabularies = []\n",
        "collab.file-bad-value",
        1,
        "deployment.auto",
    );
    expect(
        "[deployment.d]\n",
        "collab.file-missing-key",
        1,
        "deployment.d",
    );
    expect(
        "[deployment.d]\nvocabularies = [\"screening\"]\n[deployment.d.link.main]\nurl = \"ftp://x\"\n",
        "collab.file-bad-value",
        4,
        "deployment.d.link.main.url",
    );
    expect(
        "[deployment.d]\nvocabularies = [\"screening\"]\n[deployment.d.link.main]\ntransports = [\"pigeon\"]\n",
        "collab.file-bad-value",
        4,
        "deployment.d.link.main.transports",
    );
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let (_, errors) = with_file(
        "[vocabulary.x.out.wave]\nevent = 1\n[vocabulary.x.in.e]\nop = \"sing\"\n[fruit]\n",
    );
    let codes: Vec<&str> = errors.iter().map(FileError::code).collect();
    assert!(codes.contains(&"collab.file-unknown-intent"), "{codes:?}");
    assert!(
        codes.contains(&"collab.file-unknown-operation"),
        "{codes:?}"
    );
    assert!(codes.contains(&"collab.file-unknown-key"), "{codes:?}");
}

#[test]
fn names_of_the_program_cannot_be_taken() {
    expect(
        "[deployment.screening]\nvocabularies = [\"deployed\"]\n",
        "collab.file-name-taken",
        1,
        "deployment.screening",
    );
    expect(
        "[vocabulary.screening.in.e]\nop = \"none\"\n",
        "collab.file-name-taken",
        1,
        "vocabulary.screening",
    );
    assert!(builtin("screening").says(crate::intent::IntentKind::Join));
}

#[test]
fn a_folder_may_be_missing_or_broken_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (library, errors) = Library::load(&folder.path().join("nowhere"));
    assert_eq!((library.names().len(), errors.len()), (4, 0));

    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("a-broken.toml", b"this is no toml");
    write("b-bytes.toml", b"\xff\xfe");
    write("c-huge.toml", &vec![b'#'; 300 * 1024]);
    write(
        "d-good.toml",
        b"[deployment.good]\nvocabularies = [\"from-e\"]\n",
    );
    write(
        "e-good.toml",
        b"[vocabulary.from-e.in.x]\nop = \"link.alive\"\n",
    );
    write("notes.txt", b"not looked at");
    std::fs::create_dir(folder.path().join("f-folder.toml")).unwrap();
    let (library, errors) = Library::load(folder.path());
    let mut codes: Vec<(&str, &str)> = errors.iter().map(|e| (&*e.file, e.code())).collect();
    codes.sort_unstable();
    let expected = [
        ("a-broken.toml", "collab.file-malformed"),
        ("b-bytes.toml", "collab.file-unreadable"),
        ("c-huge.toml", "collab.file-too-large"),
        ("f-folder.toml", "collab.file-unreadable"),
    ];
    assert_eq!(codes, expected);
    assert_eq!(
        library.names(),
        ["deployed", "insights", "live-editing", "screening", "good"]
    );
    assert!(!library.is_builtin("good"));
}
