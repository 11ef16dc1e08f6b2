//! Whether there is a display to open a window on.

/// False where a window cannot be opened, so that the program can say so in words instead of
/// ending in the toolkit's panic.
#[cfg(target_os = "linux")]
pub fn is_there() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    (named("DISPLAY") || named("WAYLAND_DISPLAY")) && gtk::init().is_ok()
}

#[cfg(not(target_os = "linux"))]
pub fn is_there() -> bool {
    true
}
