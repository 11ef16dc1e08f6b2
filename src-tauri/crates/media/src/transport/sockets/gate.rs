//! Holding DTLS back until the router listens.
//!
//! webrtc-rs sends its ClientHello as soon as ICE has a path, and repeats it only after a second.
//! A router drops what comes before `connect-webrtc-transport` has been handled. So the gate keeps
//! it, and lets it go the moment the gateway acknowledges: ICE and that request then run side by
//! side without losing anything.

use std::collections::VecDeque;
use std::sync::Mutex;

/// A ClientHello is one or two packets; later repeats say nothing new.
const MAX_HELD: usize = 4;

/// Sends what it holds, without waiting.
type Release = Box<dyn FnOnce() + Send>;

/// Shut at first; opened once.
#[derive(Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    open: bool,
    held: VecDeque<Release>,
}

impl Gate {
    /// Whether `packet` may be sent now. If not, `release` is kept, to be called on opening.
    pub(crate) fn admit(&self, packet: &[u8], release: impl FnOnce() -> Release) -> bool {
        if !is_dtls(packet) {
            return true;
        }
        let Ok(mut state) = self.0.lock() else {
            return true;
        };
        if state.open {
            return true;
        }
        if state.held.len() == MAX_HELD {
            state.held.pop_front();
        }
        state.held.push_back(release());
        false
    }

    pub(crate) fn open(&self) {
        let held = match self.0.lock() {
            Ok(mut state) => {
                state.open = true;
                std::mem::take(&mut state.held)
            }
            Err(_) => return,
        };
        for release in held {
            release();
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.lock().is_ok_and(|state| state.open)
    }

    /// Forgets what is held, and with it the sockets.
    pub(crate) fn close(&self) {
        if let Ok(mut state) = self.0.lock() {
            state.held.clear();
        }
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Gate")
            .field("open", &self.is_open())
            .finish()
    }
}

/// By the first byte (RFC 7983).
fn is_dtls(packet: &[u8]) -> bool {
    packet.first().is_some_and(|byte| (20..=63).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn dtls_waits_for_opening_and_everything_else_passes() {
        let gate = Gate::default();
        let sent = Arc::new(AtomicUsize::new(0));
        let release = || -> Release {
            let sent = Arc::clone(&sent);
            Box::new(move || {
                sent.fetch_add(1, Ordering::Relaxed);
            })
        };
        assert!(gate.admit(&[0, 1], release), "STUN");
        assert!(gate.admit(&[128, 111], release), "RTP");
        assert!(!gate.admit(&[22, 254], release), "ClientHello");
        assert_eq!(sent.load(Ordering::Relaxed), 0);
        gate.open();
        assert_eq!(sent.load(Ordering::Relaxed), 1);
        assert!(gate.admit(&[22, 254], release));
        gate.open();
        assert_eq!(sent.load(Ordering::Relaxed), 1, "sent once");
    }

    #[test]
    fn repeats_do_not_pile_up() {
        let gate = Gate::default();
        for _ in 0..100 {
            gate.admit(&[22], || Box::new(|| ()));
        }
        assert_eq!(gate.0.lock().unwrap().held.len(), MAX_HELD);
    }
}
