//! Generates the window's context and checks its permissions.

fn main() {
    tauri_build::build();
}
