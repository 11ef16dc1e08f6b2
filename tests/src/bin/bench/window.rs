//! What the app costs with its window, in a call.

use std::fs;
use std::time::Duration;

use tests::jbcall::Join;
use tests::servers::ReferenceGateway;

use crate::app::App;
use crate::desktop::Desktop;
use crate::usage::{Usage, tree, watch};

/// The app and the processes of its webview, while it talks with a `jbcall`.
pub fn cost(time: Duration) -> Option<Usage> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(in_a_call(time))
}

async fn in_a_call(time: Duration) -> Option<Usage> {
    let gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("window");
    let desktop = Desktop::start();
    let _microphone = desktop.speak_tone(440.0);
    let partner = Join::new(&link, "partner", "tone:1000").start();
    partner.wait_connected();
    let app = App::start(&desktop, "bench", &[&format!("{link}?username=An")]).await;
    app.press("prejoin-join").await;
    partner.wait_audio_of("An", "live");
    let is_app = |id: &u32| {
        fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.trim() == "jbcalling")
    };
    let id = tree(std::process::id()).into_iter().find(is_app)?;
    let usage = watch(&[tree(id)], time).pop();
    app.close().await;
    usage
}
