//! From pressing Join, with the socket already open, to the first audible sample.

use std::time::{Duration, Instant};

use audio::{SinkSpec, SourceSpec};
use call::CallOptions;
use signaling::RoomLink;
use tests::jbcall::Join;
use tests::servers::ReferenceGateway;

use crate::table::median;

/// Median in milliseconds. In process, as the window does it: prepared while a person is on
/// the pre-join screen.
pub fn join(runs: usize) -> Option<f64> {
    let gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("press");
    let partner = Join::new(&link, "partner", "tone:1000").start();
    partner.wait_connected();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let times = (0..=runs).map(|run| {
        let ms = runtime.block_on(once(&link));
        eprintln!("  run {run}: {ms:.0} ms");
        ms
    });
    median(times.skip(1).collect())
}

async fn once(link: &str) -> f64 {
    const ON_THE_PRE_JOIN_SCREEN: Duration = Duration::from_millis(500);
    let mut options = CallOptions::new(RoomLink::parse(link).expect("the link is well-formed"));
    "caller".clone_into(&mut options.join.name);
    options.join.microphone = SourceSpec::Tone { hz: 440.0 };
    options.join.speaker = SinkSpec::Null;
    let prepared = call::prepare(options).await.expect("the gateway answers");
    tokio::time::sleep(ON_THE_PRE_JOIN_SCREEN).await;
    let pressed = Instant::now();
    let call = prepared.join();
    let mut first = call.first_audio();
    let heard = first
        .wait_for(Option::is_some)
        .await
        .expect("the call goes on")
        .unwrap_or(pressed);
    call.leave().await;
    heard.duration_since(pressed).as_secs_f64() * 1000.0
}
