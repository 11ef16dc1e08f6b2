//! The test servers of live collaboration answer as the real ones did, and can be started, ordered
//! about and restarted.

use std::process::Command;

use serde_json::json;
use tests::collab_services::{Kind, TestService};
use tests::process::{PATIENCE, repository, wait_until};
use tests::servers::{http_get, python};

/// Runs recordings against the servers.
fn replay(scenarios: &[&str]) {
    let script = repository().join("tests/collab-services/replay.py");
    let output = Command::new(python())
        .arg("-B")
        .arg(script)
        .args(scenarios)
        .output()
        .expect("python runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn deployed_answers_as_recorded() {
    replay(&[
        "deployed-refused-ws",
        "deployed-refused-polling",
        "deployed-reconstructed-ws",
        "deployed-reconstructed-polling",
    ]);
}

#[test]
fn service_answers_as_recorded() {
    replay(&[
        "service-editing-ws",
        "service-editing-polling",
        "service-notifications-ws",
        "service-idle-ws",
        "service-idle-polling",
    ]);
}

#[test]
fn panel_answers_as_recorded() {
    replay(&[
        "panel-unpatched-ws",
        "panel-unpatched-polling",
        "panel-patched",
        "panel-rooms-ws",
        "panel-rooms-polling",
        "panel-away-ws",
    ]);
}

#[test]
fn kilo_answers_as_recorded() {
    replay(&["kilo-ws", "kilo-polling"]);
}

#[test]
fn every_server_starts_takes_orders_and_comes_back_on_its_port() {
    for kind in Kind::ALL {
        let mut service = TestService::start(kind, &["--zoned-times"]);
        let (id, port) = (service.id(), service.port());
        let address = format!("127.0.0.1:{port}");
        assert!(http_get(&address, "/health").contains("status"), "{kind:?}");
        let opened = http_get(&address, "/socket.io/?EIO=4&transport=polling");
        assert!(opened.contains("\"sid\""), "{kind:?}: {opened}");
        service.emit("notification", &json!({ "message": "nobody is here" }));
        service.disconnect("nobody");

        let killed = service.kill();
        wait_until(PATIENCE, "the port is closed", || {
            std::net::TcpStream::connect(&address)
                .is_err()
                .then_some(())
        });
        let service = killed.start_again();
        assert_eq!(service.port(), port);
        assert_ne!(service.id(), id);
        let service = service.restart();
        assert!(http_get(&address, "/health").contains("status"), "{kind:?}");
        drop(service);
    }
}

#[test]
fn switches_move_the_path_and_close_transports() {
    let moved = TestService::start(Kind::Service, &["--wrong-path", "--polling-only"]);
    let address = format!("127.0.0.1:{}", moved.port());
    let query = "?EIO=4&transport=polling";
    let usual = http_get(&address, &format!("/socket.io/{query}"));
    assert!(usual.contains("Not found"), "{usual}");
    let doubled = http_get(&address, &format!("/socket.io/socket.io/{query}"));
    assert!(doubled.contains("\"upgrades\":[]"), "{doubled}");
    let both = TestService::start(Kind::Kilo, &["--relay-port", "0"]);
    assert_ne!(both.url(), both.relay_url());
}
