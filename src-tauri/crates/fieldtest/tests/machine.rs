//! This computer, with sound systems of the test's own.

#[path = "../../audio/tests/sound_system/mod.rs"]
mod sound_system;

use std::time::Duration;

use fieldtest::diagnosis::{RungResult, judge};
use fieldtest::facts::{Facts, MachineFacts, OwnCallStep};
use fieldtest::probes::machine::{MachineOptions, look};
use fieldtest::{Rung, Verdict};
use sound_system::{inside, without};

fn observed() -> (MachineFacts, RungResult) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = MachineOptions {
        microphone: true,
        // Machines that test are busy.
        own_call_limit: Duration::from_secs(60),
        ..MachineOptions::default()
    };
    let machine = runtime.block_on(look(options));
    let facts = Facts {
        machine: Some(machine.clone()),
        ..Facts::default()
    };
    (machine, judge(Rung::Machine, &facts))
}

/// What is found, but for the load of the machine that the test runs on.
fn causes(result: &RungResult) -> Vec<&str> {
    let causes = result.findings.iter().map(|finding| finding.cause.as_str());
    causes.filter(|cause| *cause != "processor-busy").collect()
}

#[test]
fn a_call_with_itself_clears_a_machine_without_sound() {
    let name = "a_call_with_itself_clears_a_machine_without_sound";
    without(name, || {
        let (machine, result) = observed();
        println!("{machine:#?}");
        let call = machine.own_call.expect("it was tried");
        assert_eq!(call.reached, OwnCallStep::Heard, "{call:?}");
        assert_eq!(causes(&result), ["no-sound-system"], "{result:?}");
        assert_eq!(result.verdict, Verdict::Warning);
    });
}

#[test]
fn a_muted_microphone_and_a_working_speaker_are_told_apart() {
    let name = "a_muted_microphone_and_a_working_speaker_are_told_apart";
    inside(name, |system| {
        system.load("module-null-source source_name=microphone rate=48000");
        system.choose_source("microphone");
        let (machine, result) = observed();
        println!("{machine:#?}");
        assert_eq!(machine.sound.microphones, 1);
        assert_eq!(machine.sound.speakers, 2);
        let speaker = machine.speaker.expect("it was opened");
        assert!(speaker.frames > 0, "{speaker:?}");
        assert_eq!(causes(&result), ["microphone-silent"], "{result:?}");
    });
}

#[test]
fn a_microphone_that_hears_is_well() {
    let name = "a_microphone_that_hears_is_well";
    inside(name, |system| {
        system.load("module-sine-source source_name=microphone rate=48000 frequency=440");
        system.choose_source("microphone");
        let (machine, result) = observed();
        println!("{machine:#?}");
        assert_eq!(causes(&result), [""; 0], "{result:?}");
        let microphone = machine.microphone.expect("it was opened");
        assert!(microphone.loudest_dbfs.is_some_and(|level| level > -40.0));
        assert!(microphone.native_rate.is_some());
    });
}

#[test]
fn speakers_without_a_microphone_are_told() {
    let name = "speakers_without_a_microphone_are_told";
    inside(name, |_system| {
        let (_, result) = observed();
        assert_eq!(causes(&result), ["no-microphone"], "{result:?}");
        assert_eq!(result.verdict, Verdict::Failed);
    });
}
