//! The app's window, driven through WebDriver.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tests::process::{PATIENCE, repository};

use crate::desktop::Desktop;

/// Repaints the page without changing its looks, until it is loaded again.
const REPAINT: &str = "if (!window.repainting) window.repainting = setInterval(() => { \
     const style = document.body.style; \
     style.outline = style.outline ? '' : '1px solid transparent'; }, 50);";

/// Keys of WebDriver.
const CONTROL: char = '\u{e009}';
const ENTER: &str = "\u{e007}";

/// The running app.
pub struct App {
    client: Client,
    screenshots: PathBuf,
    taken: usize,
}

impl App {
    /// Starts the app with these arguments; pictures go to `artifacts/window/<journey>`.
    pub async fn start(desktop: &Desktop, journey: &str, arguments: &[&str]) -> Self {
        let screenshots = repository().join("artifacts/window").join(journey);
        let _ = std::fs::remove_dir_all(&screenshots);
        std::fs::create_dir_all(&screenshots).expect("a folder can be made");
        let mut wanted = Capabilities::new();
        wanted.insert("browserName".into(), json!("wry"));
        wanted.insert(
            "tauri:options".into(),
            json!({ "application": binary(), "args": arguments }),
        );
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&desktop.driver_url())
            .await
            .expect("the driver starts the app");
        Self {
            client,
            screenshots,
            taken: 0,
        }
    }

    /// The element with this test id, once it is there.
    pub async fn find(&self, testid: &str) -> Element {
        self.find_css(&format!("[data-testid='{testid}']")).await
    }

    /// The element of this selector, once it is there.
    pub async fn find_css(&self, selector: &str) -> Element {
        let ask = async || {
            let wait = self.client.wait().at_most(PATIENCE);
            wait.for_element(Locator::Css(selector)).await
        };
        match steadily(ask).await {
            Ok(element) => element,
            Err(error) => panic!("no {selector} ({error}) in:\n{}", self.text().await),
        }
    }

    /// Waits until nothing fits the selector.
    pub async fn wait_gone(&self, selector: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.count(selector).await > 0 {
            assert!(Instant::now() < deadline, "{selector} does not go away");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How many elements fit the selector now.
    pub async fn count(&self, selector: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        let counted = self.client.execute(script, vec![json!(selector)]).await;
        let counted = counted.expect("the page counts");
        counted.as_u64().expect("a length is a number")
    }

    /// Presses the element with this test id.
    pub async fn press(&self, testid: &str) {
        self.press_css(&format!("[data-testid='{testid}']")).await;
    }

    /// Presses the element of this selector.
    pub async fn press_css(&self, selector: &str) {
        let pressed = steadily(async || self.find_css(selector).await.click().await).await;
        pressed.unwrap_or_else(|error| panic!("{selector} cannot be pressed: {error}"));
    }

    /// Replaces the text of the field with this test id.
    pub async fn fill(&self, testid: &str, text: &str) {
        let field = self.find(testid).await;
        field.clear().await.expect("a field can be cleared");
        field.send_keys(text).await.expect("a field takes keys");
    }

    /// Types over the text of the field of this selector, and stays in it.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let typed = steadily(async || {
            let field = self.find_css(selector).await;
            field.click().await?;
            // Clearing as WebDriver does it would leave the field, which commits.
            field.send_keys(&format!("{CONTROL}a{CONTROL}{text}")).await
        })
        .await;
        typed.unwrap_or_else(|error| panic!("{selector} takes no keys: {error}"));
    }

    /// Presses Enter in the field of this selector.
    pub async fn press_enter(&self, selector: &str) {
        let pressed = steadily(async || self.find_css(selector).await.send_keys(ENTER).await);
        pressed
            .await
            .unwrap_or_else(|error| panic!("{selector} takes no Enter: {error}"));
    }

    /// Everything readable on the page.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str) -> serde_json::Value {
        let ran = self.client.execute(script, Vec::new()).await;
        ran.expect("the page runs a script")
    }

    /// Keeps a picture of the window.
    pub async fn picture(&mut self, step: &str) {
        self.taken += 1;
        // WebKit takes a picture with the next repaint: on a page where nothing moves there is
        // none, and the call never returns.
        self.script(REPAINT).await;
        let png = self.client.screenshot().await.expect("a picture is made");
        let file = self
            .screenshots
            .join(format!("{:02}-{step}.png", self.taken));
        std::fs::write(&file, png).expect("a picture can be kept");
    }

    /// Closes the window.
    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// Asks again while the page replaces the element between finding and using it: it renders
/// when the program reports something, not when a test looks.
async fn steadily<T>(ask: impl AsyncFn() -> Result<T, CmdError>) -> Result<T, CmdError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(error) if error.is_stale_element_reference() && Instant::now() < deadline => {}
            answer => return answer,
        }
    }
}

/// The app with its page inside, built once: `JBCALLING_BIN`, or made by cargo.
pub fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("JBCALLING_BIN") {
            return given.into();
        }
        run(Command::new("npm").args(["--prefix", "ui", "run", "build"]));
        run(Command::new(env!("CARGO")).args([
            "build",
            "--locked",
            "-p",
            "jbcalling",
            "--features",
            "custom-protocol",
        ]));
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| repository().join("target"), PathBuf::from);
        target.join("debug/jbcalling")
    })
}

fn run(command: &mut Command) {
    let status = command.current_dir(repository()).status();
    assert!(
        status.as_ref().is_ok_and(|status| status.success()),
        "{command:?}: {status:?}"
    );
}
