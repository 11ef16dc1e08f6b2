//! `jbcall collab serve`, and presence by person under everything that can happen to a network.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::desk::{ANN, BAO, Desk};
use tests::jbcall::binary;
use tests::netlab::{Conditions, FAR, Host, Lab};
use tests::process::{PATIENCE, Process, free_port};

const ARGUMENTS: [&str; 2] = ["--deployment", "screening"];
const BOTH: [&str; 2] = ["u1", "u2"];

struct Service {
    _process: Process,
    url: String,
}

fn serve(mut command: Command, arguments: &[&str]) -> Service {
    command.args(["collab", "serve", "--json"]).args(arguments);
    let process = Process::start("serve", &mut command);
    let url = |line: &Value| line["url"].as_str().map(str::to_owned);
    let (url, _) = process.wait(PATIENCE, "its address", url);
    Service {
        _process: process,
        url,
    }
}

fn on_far(lab: &Lab, port: &str, database: &str) -> (Service, String) {
    let arguments = ["--bind", FAR, "--port", port, "--database", database];
    let service = serve(lab.far.command(binary()), &arguments);
    (service, format!("http://{FAR}:{port}"))
}

fn sit_down(host: &Host, url: &str, person: tests::desk::Person<'_>) -> Desk {
    Desk::start_on(host, url, "P1", person, &ARGUMENTS)
}

fn all_see_both(desks: &[&Desk], when: &str) {
    for desk in desks {
        desk.wait_for(Duration::from_secs(120), when, |shown| {
            shown.connection() == "joined" && shown.staff() == BOTH
        });
    }
}

/// Three participants, two of them one person on two machines.
#[test]
fn presence_is_by_person_through_restart_cut_and_crash() {
    let lab = Lab::new(Conditions::default(), 11);
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("records.sqlite");
    let database = database.to_str().expect("a path");
    let port = free_port().to_string();
    let (service, url) = on_far(&lab, &port, database);
    let ann = sit_down(&lab.near, &url, ANN);
    let ann_again = sit_down(&lab.far, &url, ANN);
    let bao = sit_down(&lab.far, &url, BAO);
    all_see_both(&[&ann, &ann_again, &bao], "two people");

    // The service is restarted.
    drop(service);
    for desk in [&ann, &ann_again, &bao] {
        desk.wait("the loss", |shown| shown.connection() == "reconnecting");
    }
    let (_service, _) = on_far(&lab, &port, database);
    all_see_both(&[&ann, &ann_again, &bao], "two people after the restart");

    // Thirty seconds without a network for one of Ann's machines.
    lab.set(Conditions::cut());
    ann.wait("the loss", |shown| shown.connection() == "reconnecting");
    all_see_both(&[&ann_again, &bao], "two people during the cut");
    std::thread::sleep(Duration::from_secs(30));
    all_see_both(&[&ann_again, &bao], "two people late in the cut");
    lab.set(Conditions::default());
    all_see_both(&[&ann, &ann_again, &bao], "two people after the cut");

    // One process is killed: the person is still there, by their other device.
    ann_again.kill();
    // Longer than the service waits for somebody whose connection broke.
    std::thread::sleep(Duration::from_secs(8));
    all_see_both(&[&ann, &bao], "two people after the crash");
}

#[test]
fn values_and_queue_outlive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("records.sqlite");
    let database = database.to_str().expect("a path");
    let port = free_port().to_string();
    let arguments = ["--port", &port, "--database", database];
    let service = serve(Command::new(binary()), &arguments);
    let mut ann = Desk::start(&service.url, "P1", ANN, &ARGUMENTS);
    ann.wait_joined();
    ann.tell("vision_testing:left_eye=20/25");
    ann.wait("the value", |shown| {
        shown.value("vision_testing:left_eye") == Some("20/25")
            && shown.field("vision_testing:left_eye")["mine"].is_null()
    });
    assert!(ann.leave().success());
    drop(service);
    let service = serve(Command::new(binary()), &arguments);
    let mut bao = Desk::start(&service.url, "P1", BAO, &ARGUMENTS);
    bao.wait("the stored value", |shown| {
        shown.value("vision_testing:left_eye") == Some("20/25")
    });
    assert!(bao.leave().success());
}

#[test]
fn a_script_edits_and_reads_the_queue() {
    let service = serve(Command::new(binary()), &[]);
    let mut bao = Desk::start(&service.url, "P1", BAO, &ARGUMENTS);
    bao.wait_joined();
    let mut edit = Command::new(binary());
    edit.args([
        "collab",
        "edit",
        &service.url,
        "--record",
        "P1",
        "--user-id",
        "script",
    ]);
    edit.args([
        "--step",
        "vision_testing",
        "--field",
        "left_eye",
        "--value",
        "20/20",
    ]);
    let edit = edit.output().expect("jbcall runs");
    assert!(
        edit.status.success(),
        "{}",
        String::from_utf8_lossy(&edit.stderr)
    );
    bao.wait("the script's value", |shown| {
        shown.value("vision_testing:left_eye") == Some("20/20")
    });
    let mut queue = Command::new(binary());
    queue.args([
        "collab",
        "queue",
        &service.url,
        "--record",
        "P1",
        "--user-id",
        "script",
        "--json",
    ]);
    let queue = queue.output().expect("jbcall runs");
    let line: Value = serde_json::from_slice(&queue.stdout).expect("a line of JSON");
    assert_eq!(line["queue"]["entries"][0]["record"], "P1");
    assert!(bao.leave().success());
}
