//! Every cause of the pipeline, made up.

use crate::diagnosis::{RungResult, judge};
use crate::facts::*;
use crate::report::{Language, cause_words};
use crate::{Rung, Verdict};

fn answered(status: u16, body: &str) -> Exchange {
    Exchange {
        response: Some(Response {
            status,
            body: body.into(),
            ..Response::default()
        }),
        took_ms: 200.0,
        ..Exchange::default()
    }
}

fn silent(kind: FaultKind) -> Exchange {
    Exchange {
        fault: Some(Fault::new(kind, "its words")),
        error: Some("its words".into()),
        took_ms: 5_000.0,
        ..Exchange::default()
    }
}

fn service(role: HostRole) -> ServiceFacts {
    ServiceFacts {
        role,
        url: "https://s.example/".into(),
        host: "s.example".into(),
        health: answered(200, "{\"status\":\"healthy\"}"),
        about: None,
        state: Some(ServiceState::Ready),
        missing: Vec::new(),
        kind: None,
    }
}

/// Everything works, and all services are named.
fn well() -> Facts {
    let sound = SpokenFacts {
        kind: "WAV".into(),
        bytes: 90_000,
        rate: Some(22_050),
        length_ms: Some(2_000.0),
        level_dbfs: Some(-20.0),
    };
    Facts {
        services: Some(ServicesFacts {
            services: vec![
                service(HostRole::Translation),
                service(HostRole::Synthesis),
                service(HostRole::Recognition),
            ],
            ..ServicesFacts::default()
        }),
        pipeline: Some(PipelineFacts {
            language: "en".into(),
            listener_language: "vi".into(),
            speech_ms: 2_700.0,
            sent: 200,
            listened_ms: 1_500.0,
            captions: vec![CaptionFacts {
                after_ms: 520.0,
                own: true,
                language: "en".into(),
                recognised: 1.0,
                words: "hello everyone".into(),
            }],
            translations: vec![TranslationEventFacts {
                after_ms: 530.0,
                language: "vi".into(),
                with_text: false,
            }],
            translation: Some(TranslationFacts {
                exchange: answered(200, "{\"text\":\"xin chào\"}"),
                host: "s.example".into(),
                text: Some("xin chào".into()),
                ..TranslationFacts::default()
            }),
            synthesis: Some(SynthesisFacts {
                exchange: answered(200, "[]"),
                host: "s.example".into(),
                language: "vi".into(),
                sound: Some(sound),
            }),
            ..PipelineFacts::default()
        }),
        ..Facts::default()
    }
}

fn judged(change: impl FnOnce(&mut PipelineFacts, &mut Vec<ServiceFacts>)) -> RungResult {
    let mut facts = well();
    let mut services = facts.services.take().unwrap_or_default();
    let mut pipeline = facts.pipeline.take().unwrap_or_default();
    change(&mut pipeline, &mut services.services);
    facts.services = Some(services);
    facts.pipeline = Some(pipeline);
    let result = judge(Rung::Pipeline, &facts);
    for finding in &result.findings {
        let others = finding.alternatives.iter().map(|other| {
            let mut finding = finding.clone();
            finding.cause.clone_from(other);
            finding
        });
        for finding in others.chain([finding.clone()]) {
            for language in [Language::En, Language::Vi] {
                let words = cause_words(&finding, language);
                assert_ne!(words.what, finding.cause, "no words");
                let said = [Some(words.what), words.person, words.operator];
                for said in said.into_iter().flatten() {
                    assert!(!said.contains('{'), "a value is missing: {said}");
                }
            }
        }
    }
    result
}

fn blamed(change: impl FnOnce(&mut PipelineFacts, &mut Vec<ServiceFacts>)) -> (Verdict, String) {
    let result = judged(change);
    let cause = result.findings.first().map(|finding| finding.cause.clone());
    (result.verdict, cause.unwrap_or_default())
}

fn failed(cause: &str) -> (Verdict, String) {
    (Verdict::Failed, cause.into())
}

fn warning(cause: &str) -> (Verdict, String) {
    (Verdict::Warning, cause.into())
}

fn status(error: &str) -> CaptionStatusFacts {
    CaptionStatusFacts {
        after_ms: 600.0,
        status: "asr_unavailable".into(),
        error: error.into(),
    }
}

#[test]
fn what_works_is_told_with_the_time_of_every_stage() {
    let result = judged(|_, _| {});
    assert_eq!((result.verdict, result.findings.len()), (Verdict::Ok, 0));
    assert_eq!(
        result.evidence[0].seen,
        "caption 520 ms, translation 200 ms, speech 200 ms, together 920 ms"
    );
    // Production's gateway is like that: it is shown, and no fault.
    assert!(
        result
            .evidence
            .iter()
            .any(|e| e.seen.contains("without text"))
    );
}

#[test]
fn silent_captions_are_told_apart_by_the_gateways_own_words() {
    for (error, cause) in [
        ("connect ECONNREFUSED 127.0.0.1:9", "asr-refused"),
        ("timeout of 5000ms exceeded", "asr-timeout"),
        ("Request failed with status code 500", "asr-error"),
        ("getaddrinfo ENOTFOUND stt", "asr-unresolved"),
        ("socket hang up", "asr-unavailable"),
        ("", "asr-unavailable"),
    ] {
        let found = blamed(|pipeline, _| {
            pipeline.captions.clear();
            pipeline.statuses.push(status(error));
        });
        assert_eq!(found, failed(cause), "{error}");
    }
}

#[test]
fn without_a_word_of_the_gateway_its_tap_tells() {
    type Change = fn(&mut PipelineFacts, &mut Vec<ServiceFacts>);
    let listed = |listed, idle_ms| Some(TapFacts { listed, idle_ms });
    for (tap, cause) in [
        (None, "captions-silent"),
        (listed(None, None), "captions-silent"),
        (listed(Some(true), Some(40.0)), "captions-silent"),
        (listed(Some(false), None), "captions-no-tap"),
        (listed(Some(true), Some(9_000.0)), "captions-tap-stalled"),
    ] {
        let found = blamed(|pipeline, _| {
            pipeline.captions.clear();
            pipeline.tap = tap;
        });
        assert_eq!(found, failed(cause));
    }
    let unnamed: Change = |pipeline, services| {
        pipeline.captions.clear();
        services.retain(|service| service.role != HostRole::Recognition);
    };
    assert_eq!(blamed(unnamed), (Verdict::Unknown, "captions-none".into()));
}

#[test]
fn captions_that_came_may_be_wrong_or_late() {
    let change =
        |change: fn(&mut CaptionFacts)| blamed(|pipeline, _| change(&mut pipeline.captions[0]));
    assert_eq!(
        change(|caption| caption.language = "vi".into()),
        failed("captions-wrong-language")
    );
    assert_eq!(
        change(|caption| caption.own = false),
        warning("captions-wrong-speaker")
    );
    assert_eq!(
        change(|caption| caption.recognised = 0.0),
        warning("captions-nonsense")
    );
    assert_eq!(
        change(|caption| caption.after_ms = 4_200.0),
        warning("captions-late")
    );
    assert_eq!(
        change(|caption| caption.recognised = 0.5),
        (Verdict::Ok, String::new()),
        "synthetic speech is not easy"
    );
}

#[test]
fn a_translation_fails_in_many_ways() {
    let change = |change: fn(&mut TranslationFacts)| {
        blamed(|pipeline, _| {
            if let Some(translation) = &mut pipeline.translation {
                change(translation);
            }
        })
    };
    for (exchange, cause) in [
        (silent(FaultKind::Refused), "translation-unreachable"),
        (silent(FaultKind::NoAnswer), "translation-silent"),
        (answered(500, "its words"), "translation-failing"),
        (answered(422, "[]"), "translation-rejected"),
        (answered(502, "<html>"), "translation-unreachable"),
        (answered(200, "[]"), "translation-unreadable"),
    ] {
        let found = blamed(|pipeline, _| {
            pipeline.translation = Some(TranslationFacts {
                exchange,
                ..TranslationFacts::default()
            });
        });
        assert_eq!(found, failed(cause));
    }
    assert_eq!(
        change(|translation| translation.unchanged = true),
        warning("translation-unchanged")
    );
    assert_eq!(
        change(|translation| translation.exchange.took_ms = 2_500.0),
        warning("translation-slow")
    );
}

#[test]
fn speech_fails_in_many_ways() {
    for (exchange, cause) in [
        (silent(FaultKind::Reset), "speech-unreachable"),
        (silent(FaultKind::NoAnswer), "speech-unanswered"),
        (answered(500, "[]"), "speech-failing"),
        (answered(503, "[]"), "speech-no-voice"),
        (answered(404, "[]"), "speech-rejected"),
        (answered(200, "[]"), "speech-unreadable"),
    ] {
        let found = blamed(|pipeline, _| {
            pipeline.synthesis = Some(SynthesisFacts {
                exchange,
                language: "vi".into(),
                ..SynthesisFacts::default()
            });
        });
        assert_eq!(found, failed(cause));
    }
    let change = |change: fn(&mut SpokenFacts)| {
        blamed(|pipeline, _| {
            let synthesis = pipeline.synthesis.as_mut();
            if let Some(sound) = synthesis.and_then(|one| one.sound.as_mut()) {
                change(sound);
            }
        })
    };
    assert_eq!(change(|sound| sound.bytes = 44), failed("speech-empty"));
    assert_eq!(
        change(|sound| sound.length_ms = Some(10.0)),
        failed("speech-empty")
    );
    assert_eq!(
        change(|sound| sound.kind = "unknown".into()),
        failed("speech-unreadable")
    );
    assert_eq!(
        change(|sound| sound.level_dbfs = Some(-90.0)),
        failed("speech-silent")
    );
    assert_eq!(
        change(|sound| (sound.level_dbfs, sound.length_ms) = (None, None)),
        (Verdict::Ok, String::new()),
        "MP3 is not decoded"
    );
}

#[test]
fn what_health_tells_is_told_there_and_hides_nothing_else() {
    let down = |services: &mut Vec<ServiceFacts>, role| {
        for service in services.iter_mut().filter(|service| service.role == role) {
            service.health = silent(FaultKind::Refused);
            service.state = None;
        }
    };
    let result = judged(|pipeline, services| {
        down(services, HostRole::Recognition);
        pipeline.captions.clear();
        pipeline.statuses.push(status("connect ECONNREFUSED"));
    });
    assert_eq!(result.verdict, Verdict::Skipped);
    assert_eq!(result.blocked_by, Some(Rung::Services));
    assert!(result.evidence.len() > 3, "{result:?}");

    let found = blamed(|pipeline, services| {
        down(services, HostRole::Recognition);
        pipeline.captions.clear();
        pipeline.synthesis = Some(SynthesisFacts {
            exchange: answered(500, ""),
            ..SynthesisFacts::default()
        });
    });
    assert_eq!(found, failed("speech-failing"));

    let result = judged(|pipeline, services| {
        services[0].state = Some(ServiceState::Starting);
        if let Some(translation) = &mut pipeline.translation {
            translation.exchange = silent(FaultKind::NoAnswer);
        }
    });
    assert_eq!(result.blocked_by, Some(Rung::Services));

    // The other voice speaks: nothing that could be heard here is wrong.
    let result = judged(|_, services| services[1].missing = vec!["vi".into()]);
    assert_eq!(result.verdict, Verdict::Ok);
    let redis = blamed(|pipeline, services| {
        services[0].missing = vec!["redis".into()];
        if let Some(translation) = &mut pipeline.translation {
            translation.exchange = answered(500, "");
        }
    });
    assert_eq!(redis, failed("translation-failing"), "it works without");
}

#[test]
fn what_was_left_out_is_skipped_with_the_reason() {
    for (why, cause) in [
        (LeftOut::NoServices, "pipeline-no-services"),
        (LeftOut::NoTime, "pipeline-no-time"),
        (LeftOut::NoSound, "pipeline-no-sound"),
    ] {
        let found = blamed(|pipeline, _| pipeline.left_out = Some(why));
        assert_eq!(found, (Verdict::Skipped, cause.into()));
    }
    let facts = Facts::default();
    assert_eq!(judge(Rung::Pipeline, &facts).verdict, Verdict::Skipped);
}
