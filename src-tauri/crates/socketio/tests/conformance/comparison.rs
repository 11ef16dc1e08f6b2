//! Why this crate exists although rust_socketio does: the same load, the same server, both clients.
//! When this test fails, rust_socketio has been repaired, and the choice can be made anew.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{PATIENCE, node};
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;

const REQUESTS: u64 = 500;

#[tokio::test]
async fn rust_socketio_mixes_up_concurrent_acks_and_this_client_does_not() {
    let server = node(json!({})).await;

    let (peer, _) = Peer::connected(options(&server.url())).await;
    let requests: Vec<_> = (0..REQUESTS)
        .map(|number| {
            let args = vec![json!(number).into(), json!(1_000).into()];
            peer.socket.request("later", args, PATIENCE)
        })
        .collect();
    for (number, request) in requests.into_iter().enumerate() {
        assert_eq!(request.await, Ok(vec![json!(number)]));
    }
    peer.stop().await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/comparison");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--")
        .arg(server.url().as_str())
        .arg(REQUESTS.to_string())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("comparison"),
        )
        .kill_on_drop(true)
        .output()
        .await
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let result: Value = serde_json::from_str(said.trim()).unwrap_or_else(|_| {
        let error = String::from_utf8_lossy(&output.stderr);
        panic!(
            "the comparison cannot be built or run (Debian: libssl-dev, pkg-config): {said}{error}"
        )
    });
    println!("rust_socketio 0.6.0: {result}");
    let mixed = result["mixed"].as_u64().expect("a number");
    assert!(mixed > 0, "no ack was mixed up: {result}");
}
