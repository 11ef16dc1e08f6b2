//! Faults of captions, translation and speech: the reference gateway recognises what is spoken
//! with the help of services as in production.

use std::process::Command;

use serde_json::{Value, json};
use tests::process::{PATIENCE, Process, free_port};
use tests::servers::{ReferenceGateway, SpeechServices};

use crate::table::{NONE, Table};

/// A gateway with all services.
struct Deployment {
    gateway: ReferenceGateway,
    services: SpeechServices,
}

/// One fault: what the services are told, what the gateway is told, what is blamed.
struct Case {
    name: &'static str,
    faults: &'static str,
    gateway: Value,
    expected: (&'static str, &'static str, &'static str),
}

fn case(
    name: &'static str,
    faults: &'static str,
    expected: (&'static str, &'static str, &'static str),
) -> Case {
    Case {
        name,
        faults,
        gateway: json!({}),
        expected,
    }
}

fn cases(closed: &str) -> Vec<Case> {
    let failed = |cause| ("failed", "pipeline", cause);
    let warning = |cause| ("warning", "pipeline", cause);
    let of_gateway = |name, values, expected| Case {
        gateway: values,
        ..case(name, "", expected)
    };
    vec![
        case("none, with captions", "", NONE),
        of_gateway(
            "recogniser refuses the gateway",
            json!({ "captions": closed }),
            failed("asr-refused"),
        ),
        case("recogniser hanging", "stt=hang", failed("asr-timeout")),
        case("recogniser answers 500", "stt=500", failed("asr-error")),
        case(
            "recogniser hears nothing",
            "stt=empty",
            failed("captions-silent"),
        ),
        case("recogniser slow", "stt=slow", warning("captions-late")),
        case(
            "recogniser invents text",
            "stt=nonsense",
            warning("captions-nonsense"),
        ),
        of_gateway(
            "gateway's tap stands still",
            json!({ "tapDeaf": true }),
            failed("captions-tap-stalled"),
        ),
        case(
            "translation answers 500",
            "translation=500",
            failed("translation-failing"),
        ),
        case(
            "translation hanging",
            "translation=hang",
            failed("translation-silent"),
        ),
        case(
            "translation loading its models",
            "translation=starting",
            ("warning", "services", "service-starting"),
        ),
        case(
            "translation is something else",
            "translation=web-page",
            failed("translation-unreadable"),
        ),
        case(
            "translation gives the text back",
            "translation=unchanged",
            warning("translation-unchanged"),
        ),
        case("speech answers 500", "tts=500", failed("speech-failing")),
        case("speech has no voice", "tts=503", failed("speech-no-voice")),
        case(
            "speech with the other voice",
            "tts=wrong-voice",
            ("warning", "services", "part-missing"),
        ),
        case("speech is empty", "tts=empty", failed("speech-empty")),
        case("speech is silence", "tts=silent", failed("speech-silent")),
    ]
}

impl Deployment {
    fn start() -> Self {
        let services = SpeechServices::start();
        let (captions, translate) = (services.url("stt"), services.url("translation"));
        let options = ["--captions", &captions, "--translate", &translate];
        let gateway = ReferenceGateway::start(&options);
        Self { gateway, services }
    }

    /// Examines it; `named` are the services that the site names. The results, and the facts of
    /// the pipeline.
    fn examine(&self, named: &[(&str, String)]) -> (Value, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_field-probe"));
        command.arg(self.gateway.url());
        command.args(named.iter().map(|(name, url)| format!("{name}={url}")));
        let process = Process::start("field-probe", &mut command);
        let (line, _) = process.wait(PATIENCE, "diagnosis", |line| {
            line.get("rungs").map(|_| line.clone())
        });
        (line["rungs"].clone(), line["facts"]["pipeline"].clone())
    }

    fn named(&self) -> Vec<(&'static str, String)> {
        let names = ["stt", "translation", "tts"];
        names.map(|name| (name, self.services.url(name))).to_vec()
    }
}

/// Adds every fault of the pipeline to the table.
pub fn run(table: &mut Table) {
    let mut deployment = Deployment::start();
    let closed = format!("http://127.0.0.1:{}", free_port());
    let captions = deployment.services.url("stt");
    for case in cases(&closed) {
        deployment.services.set_faults(case.faults);
        let well = json!({ "captions": captions, "tapDeaf": false });
        deployment.gateway.set(&well);
        deployment.gateway.set(&case.gateway);
        let (rungs, facts) = deployment.examine(&deployment.named());
        if case.expected == NONE {
            assert_well(&rungs, &facts);
        }
        table.add(case.name, case.expected, &rungs);
    }
    deployment.services.set_faults("");
    deployment
        .gateway
        .set(&json!({ "captions": captions, "tapDeaf": false }));
    services_down(table, &deployment, &closed);
    not_named(table, &mut deployment);
    deployment.gateway.assert_well_treated();
}

/// Every stage was seen, and its time.
fn assert_well(rungs: &Value, facts: &Value) {
    assert_eq!(pipeline(rungs)["verdict"], "ok", "{rungs}");
    let caption = &facts["captions"][0];
    assert_eq!(
        facts["captions"].as_array().map(Vec::len),
        Some(1),
        "{facts}"
    );
    assert_eq!(caption["recognised"], 1.0, "{facts}");
    assert_eq!(
        (&caption["language"], &caption["own"]),
        (&json!("en"), &json!(true))
    );
    // The pause that ends an utterance, at the least.
    assert!(
        caption["afterMs"].as_f64().is_some_and(|ms| ms > 300.0),
        "{facts}"
    );
    let event = &facts["translations"][0];
    assert_eq!(
        (&event["language"], &event["withText"]),
        (&json!("vi"), &json!(false))
    );
    let text = facts["translation"]["text"].as_str().unwrap_or_default();
    assert!(text.starts_with("Xin chào"), "{facts}");
    let sound = &facts["synthesis"]["sound"];
    assert_eq!(
        (&sound["kind"], &sound["rate"]),
        (&json!("WAV"), &json!(22_050))
    );
    assert!(
        sound["levelDbfs"]
            .as_f64()
            .is_some_and(|level| level > -30.0),
        "{facts}"
    );
    println!("{:<40} {}", "", pipeline(rungs)["evidence"][0]["seen"]);
}

fn pipeline(rungs: &Value) -> &Value {
    let rungs = rungs.as_array().expect("rungs");
    let found = rungs.iter().find(|result| result["rung"] == "pipeline");
    found.expect("the pipeline")
}

/// What `/health` tells is blamed there and nowhere else.
fn services_down(table: &mut Table, deployment: &Deployment, closed: &str) {
    for (name, service) in [
        ("recogniser down", "stt"),
        ("translation down", "translation"),
        ("speech down", "tts"),
    ] {
        let mut named = deployment.named();
        for (_, url) in named.iter_mut().filter(|(name, _)| *name == service) {
            closed.clone_into(url);
        }
        let (rungs, _) = deployment.examine(&named);
        table.add(name, ("failed", "services", "service-down"), &rungs);
    }
}

/// Without names there is nothing to say about the services.
fn not_named(table: &mut Table, deployment: &mut Deployment) {
    let (rungs, facts) = deployment.examine(&[]);
    assert_eq!(facts["leftOut"], "no-services", "{facts}");
    assert_eq!(pipeline(&rungs)["verdict"], "skipped", "{rungs}");
    table.add("none, services not named", NONE, &rungs);

    deployment.gateway.set(&json!({ "captions": "" }));
    let mut named = deployment.named();
    named.retain(|(name, _)| *name != "stt");
    let (rungs, _) = deployment.examine(&named);
    assert_eq!(
        pipeline(&rungs)["findings"][0]["cause"],
        "captions-none",
        "{rungs}"
    );
    table.add("none, gateway without captions", NONE, &rungs);
}
