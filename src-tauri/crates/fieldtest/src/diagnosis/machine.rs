//! This computer: can it take in, carry and play sound at all?

use super::{Evidence, Finding, RungResult};
use crate::facts::{
    Access, DeviceError, DeviceFacts, MachineFacts, OwnCallFacts, OwnCallStep, SoundFacts,
};
use crate::{Rung, Verdict};

/// Below this share of a core, sound has gaps.
const ENOUGH_PROCESSOR: f64 = 0.25;

/// The level of digital silence, dBFS, with room for rounding. Every open microphone has noise
/// above it.
const DIGITAL_SILENCE_DBFS: f32 = -126.0;

/// Which device is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Microphone,
    Speaker,
}

/// Judges this computer.
pub(super) fn judge(facts: Option<&MachineFacts>) -> RungResult {
    let Some(machine) = facts else {
        return RungResult::skipped(Rung::Machine, None);
    };
    let mut findings = Vec::new();
    match sound_system(machine) {
        // Without a sound system there is nothing to say of its devices.
        Some(finding) => findings.push(finding),
        None => {
            findings.extend(device(Device::Microphone, machine));
            findings.extend(device(Device::Speaker, machine));
        }
    }
    let starved = machine
        .processor
        .share
        .filter(|share| *share < ENOUGH_PROCESSOR);
    let own_call = machine.own_call.as_ref().and_then(own_call);
    match (own_call, starved) {
        // A computer that is too busy fails at anything.
        (Some(failed), Some(share)) => {
            findings.push(busy(Verdict::Failed, share).or(&failed.cause))
        }
        (Some(failed), None) => findings.push(failed),
        (None, Some(share)) => findings.push(busy(Verdict::Warning, share)),
        (None, None) => {}
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    RungResult::new(Rung::Machine, findings, evidence(machine))
}

fn busy(verdict: Verdict, share: f64) -> Finding {
    let finding = Finding::new("processor-busy", verdict);
    finding.with("percent", format!("{:.0}", share * 100.0))
}

/// What keeps all devices away.
fn sound_system(machine: &MachineFacts) -> Option<Finding> {
    let sound = &machine.sound;
    if sound.microphones + sound.speakers > 0 && !nothing_answers(machine) {
        return None;
    }
    let sandboxed = sound.sandbox.as_deref().filter(|name| *name != "container");
    let denied = [sound.server_socket, sound.kernel_devices].contains(&Access::Denied);
    if let Some(sandbox) = sandboxed {
        let finding = Finding::new("sound-sandboxed", Verdict::Failed);
        return Some(finding.with("sandbox", sandbox).or("no-sound-system"));
    }
    if denied {
        return Some(Finding::new("sound-permission", Verdict::Failed));
    }
    if sound.server_socket != Access::Absent {
        let finding = Finding::new("sound-server-dead", Verdict::Failed);
        return Some(finding.or("no-sound-system"));
    }
    // As on every server: somebody who only tests misses nothing.
    Some(Finding::new("no-sound-system", Verdict::Warning))
}

/// Whether no device that was opened found a sound system behind it: ALSA lists its plugins for
/// sound servers whether those run or not.
fn nothing_answers(machine: &MachineFacts) -> bool {
    let mut opened = [&machine.microphone, &machine.speaker]
        .into_iter()
        .flatten()
        .peekable();
    let unanswered = |device: &DeviceFacts| {
        let error = device.error.as_ref();
        error.is_some_and(|error| error.code == "audio.no-sound-system")
    };
    opened.peek().is_some() && opened.all(unanswered)
}

fn device(device: Device, machine: &MachineFacts) -> Option<Finding> {
    let (facts, listed, missing) = match device {
        Device::Microphone => (
            &machine.microphone,
            machine.sound.microphones,
            "no-microphone",
        ),
        Device::Speaker => (&machine.speaker, machine.sound.speakers, "no-speaker"),
    };
    if listed == 0 {
        return Some(Finding::new(missing, Verdict::Failed));
    }
    let facts = facts.as_ref()?;
    if let Some(error) = &facts.error {
        return Some(refused(device, error, &machine.sound, missing));
    }
    if facts.frames == 0 {
        let cause = match device {
            Device::Microphone => "microphone-gives-nothing",
            Device::Speaker => "speaker-takes-nothing",
        };
        let seconds = format!("{:.0}", facts.watched_ms / 1_000.0);
        return Some(Finding::new(cause, Verdict::Failed).with("seconds", seconds));
    }
    let silent = facts
        .loudest_dbfs
        .is_some_and(|most| most <= DIGITAL_SILENCE_DBFS);
    (device == Device::Microphone && silent)
        .then(|| Finding::new("microphone-silent", Verdict::Warning).or("microphone-wrong"))
}

fn refused(device: Device, error: &DeviceError, sound: &SoundFacts, missing: &str) -> Finding {
    let name = match device {
        Device::Microphone => "microphone",
        Device::Speaker => "speaker",
    };
    let cause = match error.code.as_str() {
        "audio.no-device" => missing.to_owned(),
        "audio.busy" => format!("{name}-busy"),
        "audio.permission" => match &sound.sandbox {
            Some(sandbox) => {
                let finding = Finding::new("sound-sandboxed", Verdict::Failed);
                return finding.with("sandbox", sandbox);
            }
            None => format!("{name}-permission"),
        },
        "audio.open-timeout" => format!("{name}-hanging"),
        _ => format!("{name}-failing"),
    };
    Finding::new(&cause, Verdict::Failed).with("reason", &error.message)
}

fn own_call(call: &OwnCallFacts) -> Option<Finding> {
    let cause = match call.reached {
        OwnCallStep::Heard => return None,
        OwnCallStep::Nothing | OwnCallStep::Gateway => "own-loopback-failed",
        OwnCallStep::Signaling | OwnCallStep::Media => "own-media-engine-failed",
    };
    let reason = call.error.as_ref().map_or("", |error| &error.message);
    let finding = Finding::new(cause, Verdict::Failed).with("reason", reason);
    Some(match call.reached {
        OwnCallStep::Signaling => finding.or("own-loopback-failed"),
        _ => finding,
    })
}

fn evidence(machine: &MachineFacts) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut add = |what: &str, seen: String| evidence.push(Evidence::new(what, seen));
    let sound = &machine.sound;
    let devices = match &sound.error {
        Some(error) => error.message.clone(),
        None => format!(
            "{} microphones, {} speakers",
            sound.microphones, sound.speakers
        ),
    };
    add("devices", devices);
    let access = |access| match access {
        Access::Absent => "absent",
        Access::Usable => "usable",
        Access::Denied => "access refused",
        Access::Dead => "nobody answers",
    };
    let server = access(sound.server_socket);
    let kernel = access(sound.kernel_devices);
    add(
        "sound system",
        format!("server {server}, kernel devices {kernel}"),
    );
    if let Some(sandbox) = &sound.sandbox {
        add("sandbox", sandbox.clone());
    }
    match &machine.microphone {
        Some(microphone) => add("microphone", watched(microphone)),
        None => add("microphone", "not opened: not asked for".to_owned()),
    }
    if let Some(speaker) = &machine.speaker {
        add("speaker", watched(speaker));
    }
    let processor = &machine.processor;
    let mut seen = format!("{} cores", processor.cores);
    if let Some(load) = processor.load {
        seen.push_str(&format!(", load {load:.1}"));
    }
    if let Some(share) = processor.share {
        seen.push_str(&format!(", {:.0} % of a core when busy", share * 100.0));
    }
    add("processor", seen);
    if let Some(call) = &machine.own_call {
        let reached = match call.reached {
            OwnCallStep::Nothing => "the gateway did not start",
            OwnCallStep::Gateway => "gateway started, not reached",
            OwnCallStep::Signaling => "signaling connected, no media",
            OwnCallStep::Media => "media connected, nothing heard",
            OwnCallStep::Heard => "sound came back",
        };
        let mut seen = reached.to_owned();
        if let (Some(after), Some(level)) = (call.heard_after_ms, call.heard_dbfs) {
            seen.push_str(&format!(" after {after:.0} ms at {level:.0} dBFS"));
        }
        if let Some(error) = &call.error {
            seen.push_str(&format!(" ({})", error.message));
        }
        add("call with itself", seen);
    }
    evidence
}

fn watched(device: &DeviceFacts) -> String {
    if let Some(error) = &device.error {
        return format!("{} ({:.0} ms)", error.message, device.open_ms);
    }
    let mut seen = format!(
        "open after {:.0} ms, {} frames in {:.0} ms",
        device.open_ms, device.frames, device.watched_ms
    );
    if let Some(loudest) = device.loudest_dbfs {
        seen.push_str(&format!(", loudest {loudest:.0} dBFS"));
    }
    if let Some(rate) = device.native_rate {
        seen.push_str(&format!(", {rate} Hz"));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ProcessorFacts;

    fn well() -> MachineFacts {
        MachineFacts {
            sound: SoundFacts {
                microphones: 1,
                speakers: 1,
                server_socket: Access::Usable,
                ..SoundFacts::default()
            },
            microphone: Some(DeviceFacts {
                frames: 50,
                loudest_dbfs: Some(-62.0),
                ..DeviceFacts::default()
            }),
            speaker: Some(DeviceFacts {
                frames: 100,
                ..DeviceFacts::default()
            }),
            processor: ProcessorFacts {
                cores: 4,
                load: Some(9.0),
                share: Some(0.98),
            },
            own_call: Some(OwnCallFacts {
                reached: OwnCallStep::Heard,
                ..OwnCallFacts::default()
            }),
        }
    }

    fn judged(change: impl FnOnce(&mut MachineFacts)) -> (Verdict, Vec<String>) {
        let mut facts = well();
        change(&mut facts);
        let result = judge(Some(&facts));
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    }

    fn one(verdict: Verdict, cause: &str) -> (Verdict, Vec<String>) {
        (verdict, vec![cause.into()])
    }

    fn refused(code: &str) -> Option<DeviceFacts> {
        Some(DeviceFacts {
            error: Some(DeviceError {
                code: code.into(),
                message: "its words".into(),
            }),
            ..DeviceFacts::default()
        })
    }

    #[test]
    fn a_machine_that_works_is_well() {
        assert_eq!(judged(|_| {}), (Verdict::Ok, vec![]));
        assert_eq!(judged(|m| m.microphone = None), (Verdict::Ok, vec![]));
        assert_eq!(judged(|m| m.own_call = None), (Verdict::Ok, vec![]));
        assert_eq!(judge(None).verdict, Verdict::Skipped);
    }

    #[test]
    fn refusals_of_a_microphone_are_told_apart() {
        for (code, cause) in [
            ("audio.no-device", "no-microphone"),
            ("audio.busy", "microphone-busy"),
            ("audio.permission", "microphone-permission"),
            ("audio.open-timeout", "microphone-hanging"),
            ("audio.format", "microphone-failing"),
        ] {
            let judgement = judged(|m| m.microphone = refused(code));
            assert_eq!(judgement, one(Verdict::Failed, cause));
        }
        let judgement = judged(|m| {
            m.microphone = refused("audio.permission");
            m.sound.sandbox = Some("flatpak".into());
        });
        assert_eq!(judgement, one(Verdict::Failed, "sound-sandboxed"));
        let judgement = judged(|m| m.sound.microphones = 0);
        assert_eq!(judgement, one(Verdict::Failed, "no-microphone"));
        let judgement = judged(|m| m.speaker = refused("audio.busy"));
        assert_eq!(judgement, one(Verdict::Failed, "speaker-busy"));
    }

    #[test]
    fn devices_that_open_and_do_nothing_are_found() {
        let judgement = judged(|m| {
            if let Some(microphone) = &mut m.microphone {
                microphone.loudest_dbfs = Some(-127.0);
            }
        });
        assert_eq!(judgement, one(Verdict::Warning, "microphone-silent"));
        let nothing = Some(DeviceFacts::default());
        let judgement = judged(|m| m.microphone = nothing.clone());
        assert_eq!(judgement, one(Verdict::Failed, "microphone-gives-nothing"));
        let judgement = judged(|m| m.speaker = nothing.clone());
        assert_eq!(judgement, one(Verdict::Failed, "speaker-takes-nothing"));
    }

    #[test]
    fn a_missing_sound_system_is_told_from_a_forbidden_one() {
        let without = |change: fn(&mut SoundFacts)| {
            judged(|m| {
                m.sound = SoundFacts::default();
                m.microphone = refused("audio.no-sound-system");
                m.speaker = refused("audio.no-sound-system");
                change(&mut m.sound);
            })
        };
        assert_eq!(without(|_| {}), one(Verdict::Warning, "no-sound-system"));
        let container = without(|sound| sound.sandbox = Some("container".into()));
        assert_eq!(container, one(Verdict::Warning, "no-sound-system"));
        let flatpak = without(|sound| sound.sandbox = Some("flatpak".into()));
        assert_eq!(flatpak, one(Verdict::Failed, "sound-sandboxed"));
        let denied = without(|sound| sound.kernel_devices = Access::Denied);
        assert_eq!(denied, one(Verdict::Failed, "sound-permission"));
        let plugins = without(|sound| sound.speakers = 1);
        assert_eq!(plugins, one(Verdict::Warning, "no-sound-system"));
        let dead = without(|sound| sound.server_socket = Access::Dead);
        assert_eq!(dead, one(Verdict::Failed, "sound-server-dead"));
    }

    #[test]
    fn a_call_with_itself_blames_this_machine() {
        for (reached, cause) in [
            (OwnCallStep::Nothing, "own-loopback-failed"),
            (OwnCallStep::Gateway, "own-loopback-failed"),
            (OwnCallStep::Signaling, "own-media-engine-failed"),
            (OwnCallStep::Media, "own-media-engine-failed"),
        ] {
            let call = OwnCallFacts {
                reached,
                ..OwnCallFacts::default()
            };
            let failed = judged(|m| m.own_call = Some(call.clone()));
            assert_eq!(failed, one(Verdict::Failed, cause));
            let starved = judged(|m| {
                m.own_call = Some(call.clone());
                m.processor.share = Some(0.1);
            });
            assert_eq!(starved, one(Verdict::Failed, "processor-busy"));
        }
        let busy = judged(|m| m.processor.share = Some(0.1));
        assert_eq!(busy, one(Verdict::Warning, "processor-busy"));
    }
}
