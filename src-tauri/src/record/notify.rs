//! Notifications of the desktop, for what comes while nobody looks at the window.

use std::time::Duration;

use collab::view::NotificationView;
use tauri::{AppHandle, Manager, async_runtime};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::settings::{Language, SettingsFile};

/// What comes within that time is told together.
const TOGETHER: Duration = Duration::from_secs(2);

/// Shows what comes until the record is closed.
pub fn forward(app: &AppHandle, mut notifications: mpsc::Receiver<NotificationView>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        while let Some(first) = notifications.recv().await {
            sleep(TOGETHER).await;
            let mut came = vec![first];
            while let Ok(next) = notifications.try_recv() {
                came.push(next);
            }
            if is_looked_at(&app) {
                continue;
            }
            let (title, body) = words(&app, &came);
            let shown = async_runtime::spawn_blocking(move || {
                notify_rust::Notification::new()
                    .appname("JB Calling")
                    .icon("jbcalling")
                    .summary(&title)
                    .body(&body)
                    .show()
                    .map(drop)
            });
            if let Ok(Err(error)) = shown.await {
                tracing::info!(%error, "the desktop shows no notifications");
            }
        }
    });
}

fn is_looked_at(app: &AppHandle) -> bool {
    let windows = app.webview_windows();
    windows
        .values()
        .any(|window| window.is_focused().unwrap_or(false) && window.is_visible().unwrap_or(false))
}

/// The text of a notification may be private, and a desktop shows it to whoever passes by.
fn words(app: &AppHandle, came: &[NotificationView]) -> (String, String) {
    let settings = app.state::<std::sync::Mutex<SettingsFile>>();
    let (language, with_text) = settings.lock().map_or((Language::System, false), |file| {
        let current = file.current();
        (current.language, current.notification_text)
    });
    let vietnamese = language.of_reports() == fieldtest::report::Language::Vi;
    let title = match (came.len(), vietnamese) {
        (1, true) => "Hồ sơ có thông báo mới".to_owned(),
        (1, false) => "A notification for the record".to_owned(),
        (count, true) => format!("Hồ sơ có {count} thông báo mới"),
        (count, false) => format!("{count} notifications for the record"),
    };
    let body = match came {
        _ if !with_text => String::new(),
        [only] => only.body.clone(),
        several => {
            let titles = several
                .iter()
                .map(|one| one.title.as_ref().unwrap_or(&one.body));
            titles.map(String::as_str).collect::<Vec<_>>().join("\n")
        }
    };
    (title, escaped(&body))
}

/// Desktops read a body as markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_cannot_mark_text_up() {
        assert_eq!(escaped("<b>a & b</b>"), "&lt;b&gt;a &amp; b&lt;/b&gt;");
    }
}
