//! What the app costs with its window, in a call.

use std::fs;
use std::time::Duration;

use tests::jbcall::Join;
use tests::servers::ReferenceGateway;

use crate::app::App;
use crate::desktop::Desktop;
use crate::usage::{Usage, tree, watch};

const FIRST_PAINT: &str =
    "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";

/// What was measured of the window.
pub struct Window {
    /// The app and the processes of its webview, while it talks with a `jbcall`.
    pub usage: Option<Usage>,
    /// From the page's start to its first picture.
    pub first_paint_ms: Option<f64>,
}

/// Opens the window and has a call in it for so long.
pub fn measure(time: Duration) -> Window {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(in_a_call(time))
}

async fn in_a_call(time: Duration) -> Window {
    let gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("window");
    let desktop = Desktop::start();
    let _microphone = desktop.speak_tone(440.0);
    let partner = Join::new(&link, "partner", "tone:1000").start();
    partner.wait_connected();
    let app = App::start(&desktop, "bench", &[&format!("{link}?username=An")]).await;
    app.find("prejoin-join").await;
    let first_paint_ms = app.script(FIRST_PAINT).await.as_f64();
    app.press("prejoin-join").await;
    partner.wait_audio_of("An", "live");
    let is_app = |id: &u32| {
        fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.trim() == "jbcalling")
    };
    let id = tree(std::process::id()).into_iter().find(is_app);
    let usage = id.and_then(|id| watch(&[tree(id)], time).pop());
    app.close().await;
    Window {
        usage,
        first_paint_ms,
    }
}
