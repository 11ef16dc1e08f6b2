//! Standard input, line by line.

use std::io::BufRead;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Reads it on a thread of its own, since reading cannot be interrupted, and gives what the lines
/// mean. The end of the input ends nothing but itself.
pub fn listen<T: Send + 'static>(
    understand: impl Fn(&str) -> Option<T> + Send + 'static,
) -> Option<UnboundedReceiver<T>> {
    let (wishes, receiver) = unbounded_channel();
    let spawned = std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { return };
                if let Some(wish) = understand(&line)
                    && wishes.send(wish).is_err()
                {
                    return;
                }
            }
        });
    spawned.is_ok().then_some(receiver)
}
