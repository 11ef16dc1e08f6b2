use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Args::command().debug_assert();
}

#[test]
fn the_doctor_is_told_of_a_record_by_its_id_or_by_a_link() {
    let args = [
        "jbcall",
        "doctor",
        "https://collab.example",
        "--record",
        "P1",
        "--deployment",
        "screening",
    ];
    let args = Args::try_parse_from(args).expect("it is understood");
    let Command::Doctor(doctor) = args.command else {
        panic!("another command");
    };
    assert_eq!(doctor.record.record.as_deref(), Some("P1"));
    assert_eq!(doctor.record.deployment.as_deref(), Some("screening"));
}

#[test]
fn the_usual_line_is_understood() {
    let args = Args::try_parse_from([
        "jbcall",
        "join",
        "http://127.0.0.1:3000/room/x",
        "--mic",
        "tone:440",
        "--speaker",
        "out.wav",
        "--duration",
        "1.5",
        "--json",
    ]);
    let Ok(Args {
        command: Command::Join(join),
        ..
    }) = args
    else {
        panic!("{args:?}");
    };
    assert_eq!(join.mic, SourceSpec::Tone { hz: 440.0 });
    assert_eq!(join.speaker, SinkSpec::Wav("out.wav".into()));
    assert_eq!(join.duration, Some(1.5));
}

#[test]
fn times_have_units() {
    assert_eq!(time("30s"), Ok(Duration::from_secs(30)));
    assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
    assert_eq!(time("1.5h"), Ok(Duration::from_secs(5_400)));
    assert_eq!(time("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(time("7"), Ok(Duration::from_secs(7)));
    for nonsense in ["", "s", "-1s", "2 weeks", "NaN", "infs", "9999h"] {
        assert!(time(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn load_and_probe_have_defaults() {
    let load = Args::try_parse_from(["jbcall", "load", "x"]);
    assert!(matches!(load, Ok(Args { command: Command::Load(load), .. }) if !load.i_operate_this));
    let line = ["jbcall", "probe", "x", "--metrics", "127.0.0.1:9090"];
    let probe = Args::try_parse_from(line);
    assert!(
        matches!(probe, Ok(Args { command: Command::Probe(probe), .. })
        if probe.every == Duration::from_secs(60) && !probe.captions)
    );
}

#[test]
fn the_doctor_has_its_options() {
    let line = "jbcall doctor bao-123 --html r.html --lang vi --idle 5m --no-microphone --force";
    let Ok(Args {
        command: Command::Doctor(doctor),
        ..
    }) = Args::try_parse_from(line.split(' '))
    else {
        panic!("it was not understood");
    };
    assert_eq!(doctor.html, Some("r.html".into()));
    assert_eq!(doctor.lang, ReportLanguage::Vi);
    assert_eq!(doctor.idle, Some(Duration::from_secs(300)));
    let alone = Args::try_parse_from("jbcall doctor x --idle --json".split(' '));
    let Ok(Args {
        command: Command::Doctor(doctor),
        ..
    }) = alone
    else {
        panic!("it needs no time");
    };
    assert_eq!(doctor.idle, Some(Duration::from_secs(120)));
    assert!(Args::try_parse_from("jbcall doctor x --idle 0".split(' ')).is_err());
    assert!(Args::try_parse_from("jbcall doctor x --full".split(' ')).is_err());
}

#[test]
fn a_relay_password_without_a_relay_is_refused() {
    let line = ["jbcall", "join", "x", "--relay-only"];
    assert!(Args::try_parse_from(line).is_err());
}
