//! Faults of captions, translation and speech: the reference gateway recognises what is spoken
//! with the help of services as in production.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fieldtest::doctor;
use fieldtest::monitor::{self, Metrics, ProbeOptions, Round, RoundOptions};
use fieldtest::report::End;
use fieldtest::report::text::Layout;
use fieldtest::{Rung, Verdict};
use media::TransportOptions;
use serde_json::{Value, json};
use signaling::{ConnectOptions, DiscoveryOptions};
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
    whole_programs(&deployment);
    services_down(table, &deployment, &closed);
    not_named(table, &mut deployment);
    deployment.gateway.assert_well_treated();
}

/// Every stage was seen, and its time.
fn assert_well(rungs: &Value, facts: &Value) {
    assert_eq!(pipeline(rungs)["verdict"], "ok", "{rungs}");
    let captions = facts["captions"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(!captions.is_empty(), "{facts}");
    for caption in captions {
        assert_eq!(caption["recognised"], 1.0, "{facts}");
        assert_eq!(
            (&caption["language"], &caption["own"]),
            (&json!("en"), &json!(true))
        );
    }
    // The pause that ends an utterance, at the least. A computer that is too busy to speak without
    // a pause makes two of one.
    if let [caption] = captions {
        assert!(
            caption["afterMs"].as_f64().is_some_and(|ms| ms > 300.0),
            "{facts}"
        );
    }
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

/// The doctor and the probe find the services by the site, and stay within their time.
fn whole_programs(deployment: &Deployment) {
    let link = deployment.services.room(&deployment.gateway);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = doctor::Options {
        link: link.clone(),
        no_microphone: true,
        ..doctor::Options::default()
    };
    let run = doctor::run(options, |_| {}, std::future::pending());
    let report = runtime.block_on(run);
    assert_eq!(report.end, End::Complete, "{report:#?}");
    let result = report.result(Rung::Pipeline).expect("a result");
    assert_eq!(result.verdict, Verdict::Ok, "{result:#?}");
    assert_eq!(report.culprit, None, "{report:#?}");
    let took = |rung| report.timing(rung).map_or(0.0, |timing| timing.took_ms);
    // The sentence alone takes as long; joining a room does not.
    assert!(took(Rung::Pipeline) > 2_700.0, "{:?}", report.timings);
    assert!(
        took(Rung::Room) < took(Rung::Pipeline),
        "{:?}",
        report.timings
    );
    println!(
        "{}",
        fieldtest::report::text::render(&report, &Layout::default())
    );

    let round = RoundOptions {
        link: signaling::RoomLink::parse(&link).expect("a link"),
        discovery: DiscoveryOptions::default(),
        connect: ConnectOptions::default(),
        media: TransportOptions::default(),
    };
    let options = ProbeOptions {
        round,
        every: Duration::from_secs(1),
        rounds: Some(2),
        captions: true,
    };
    let metrics = Arc::new(Mutex::new(Metrics::default()));
    let mut rounds: Vec<Round> = Vec::new();
    let probe = monitor::run(
        options,
        Arc::clone(&metrics),
        |round| rounds.push(round.clone()),
        std::future::pending(),
    );
    runtime.block_on(probe).expect("the sound is encoded");
    let captions = rounds[0].captions.as_ref().expect("a sentence was spoken");
    assert_eq!(captions.ok, Some(true), "{captions:?}");
    assert_eq!(captions.recognised, Some(1.0));
    assert!(
        captions.caption_ms.is_some_and(|ms| ms > 300.0),
        "{captions:?}"
    );
    assert!(captions.translation_ms.is_some() && captions.synthesis_ms.is_some());
    assert_eq!(rounds[1].captions, None, "not with every round");
    let page = metrics.lock().expect("nobody panics").render();
    for name in [
        "caption_seconds",
        "translation_seconds",
        "synthesis_seconds",
    ] {
        assert!(page.contains(&format!("\njbcall_probe_{name} ")), "{page}");
    }
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
