//! Whether there is a display to open a window on, and what draws on it.

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

/// Whether a graphics card can be drawn with: the kernel offers a render node for each.
#[cfg(target_os = "linux")]
pub fn has_gpu() -> bool {
    let render_node = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
    };
    std::fs::read_dir("/dev/dri").is_ok_and(|mut nodes| nodes.any(render_node))
}
