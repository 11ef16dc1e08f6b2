//! Rooms and records are left before the program ends.

use std::time::Duration;

use tauri::async_runtime;
use tauri::{AppHandle, Manager};

use crate::calls::Calls;
use crate::doctor::Doctor;
use crate::record::Records;

/// Closing the window waits this long for the gateway to let go.
const LIMIT: Duration = Duration::from_secs(3);

/// Leaves the call, the record and the doctor's rooms, then ends the program; false when there is nothing to
/// leave.
pub fn before_exit(app: &AppHandle) -> bool {
    let call = app.state::<Calls>().take();
    let idle = !app.state::<Doctor>().is_running() && !app.state::<Records>().is_open();
    if call.is_none() && idle {
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
        let records = app.state::<Records>();
        let all = async { tokio::join!(leave, records.close(), doctor.stop()) };
        let _ = tokio::time::timeout(LIMIT, all).await;
        app.exit(0);
    });
    true
}
