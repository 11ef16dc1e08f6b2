//! A hundred calls leave nothing behind.

#[path = "sfu/mod.rs"]
mod sfu;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use sfu::{PATIENCE, Router, Talker, options, packet};

/// Bytes of memory that are this process's own.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes.unwrap().parse::<u64>().unwrap() * 1024
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_transports_come_and_go() {
    let router = Router::start().await;
    let device = router.device().await;
    let call = async |close: bool| {
        let (send, _send_events) = router.sending(&device, json!({}), options()).await;
        let (recv, _recv_events) = router.receiving(&device, json!({}), options()).await;
        let (producer, id) = router.produce(&send).await;
        let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
        let talker = Talker::start(producer);
        packet(&mut packets).await;
        drop(talker);
        for id in [send.id(), recv.id()] {
            router
                .request("closeTransport", json!({ "transport": id }))
                .await;
        }
        if close {
            send.close().await;
            recv.close().await;
        }
    };
    // The first ones fill pools and caches.
    for _ in 0..10 {
        call(true).await;
    }
    let (files, memory) = (open_files(), resident());
    for index in 0..50 {
        // Handles that are merely dropped must not leave more than those that are closed.
        call(index % 2 == 0).await;
    }
    let deadline = Instant::now() + PATIENCE;
    while open_files() > files && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (files_after, memory_after) = (open_files(), resident());
    println!(
        "100 transports: {} -> {} KiB, {files} -> {files_after} files, {} tasks",
        memory / 1024,
        memory_after / 1024,
        tasks()
    );
    assert!(files_after <= files, "sockets: {files} -> {files_after}");
    let grown = memory_after.saturating_sub(memory);
    assert!(grown < 100 * 40 * 1024, "{grown} bytes for 100 transports");
}
