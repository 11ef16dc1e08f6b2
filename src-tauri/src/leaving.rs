//! Rooms are left before the program ends.

use std::time::Duration;

use tauri::async_runtime;
use tauri::{AppHandle, Manager};

use crate::calls::Calls;
use crate::doctor::Doctor;

/// Closing the window waits this long for the gateway to let go.
const LIMIT: Duration = Duration::from_secs(3);

/// Leaves the call and the doctor's rooms, then ends the program; false when there is nothing to
/// leave.
pub fn before_exit(app: &AppHandle) -> bool {
    let call = app.state::<Calls>().take();
    if call.is_none() && !app.state::<Doctor>().is_running() {
        return false;
    }
    let app = app.clone();
    async_runtime::spawn(async move {
        let doctor = app.state::<Doctor>();
        let leave = async {
            if let Some(call) = call {
                call.leave().await;
            }
        };
        let both = async { tokio::join!(leave, doctor.stop()) };
        let _ = tokio::time::timeout(LIMIT, both).await;
        app.exit(0);
    });
    true
}
