//! The one window.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Label of the window; the capability file names it too.
const LABEL: &str = "main";

/// Opens the window.
///
/// # Errors
/// The webview could not be made.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("JB Calling")
        .inner_size(1024.0, 720.0)
        .min_inner_size(360.0, 480.0)
        // Nothing outside the program's own pages: a link in the chat cannot take the window.
        .on_navigation(|url| matches!(url.scheme(), "tauri") || is_development_server(url))
        .build()?;
    #[cfg(target_os = "linux")]
    if !crate::display::has_gpu() {
        window.with_webview(|webview| draw_without_gl(&webview.inner()))?;
    }
    Ok(())
}

/// Without a GPU the webview would draw through OpenGL in software, which takes some 90 MiB and
/// CPU time that the call needs.
#[cfg(target_os = "linux")]
fn draw_without_gl(webview: &webkit2gtk::WebView) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    if let Some(settings) = webview.settings() {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

fn is_development_server(url: &tauri::Url) -> bool {
    // On Windows the program's own pages are served under this name.
    url.host_str() == Some("tauri.localhost")
        || (cfg!(debug_assertions) && url.host_str() == Some("127.0.0.1"))
}
