//! Carries packets from one TUN device to another under [`Conditions`](super::Conditions).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tun_rs::SyncDevice;

use super::conditions::{Conditions, Direction};

const LARGEST_PACKET: usize = 65_535;

/// One direction at work: a thread that reads and one that delivers. Both end with the
/// devices.
pub(super) struct Shuttle {
    shared: Arc<Shared>,
}

struct Shared {
    start: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    direction: Direction,
    under_way: BinaryHeap<Reverse<UnderWay>>,
    count: u64,
    stopped: bool,
}

/// Ordered by delivery, then by arrival.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct UnderWay {
    delivery: Duration,
    arrival: u64,
    packet: Vec<u8>,
}

impl Shuttle {
    pub(super) fn start(
        from: Arc<SyncDevice>,
        to: Arc<SyncDevice>,
        conditions: Conditions,
        seed: u64,
    ) -> Self {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            state: Mutex::new(State {
                direction: Direction::new(conditions, seed),
                under_way: BinaryHeap::new(),
                count: 0,
                stopped: false,
            }),
            changed: Condvar::new(),
        });
        let reader = Arc::clone(&shared);
        thread::spawn(move || reader.read(&from));
        let writer = Arc::clone(&shared);
        thread::spawn(move || writer.deliver(&to));
        Self { shared }
    }

    pub(super) fn set(&self, conditions: Conditions) {
        self.shared.lock().direction.set(conditions);
    }

    pub(super) fn stop(&self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }

    fn read(&self, device: &SyncDevice) {
        let mut buffer = vec![0; LARGEST_PACKET];
        // The device fails once its namespace is gone.
        while let Ok(size) = device.recv(&mut buffer) {
            let mut state = self.lock();
            if state.stopped {
                return;
            }
            let now = self.start.elapsed();
            if let Some(delivery) = state.direction.offer(now, size) {
                state.count += 1;
                let arrival = state.count;
                state.under_way.push(Reverse(UnderWay {
                    delivery,
                    arrival,
                    packet: buffer[..size].to_vec(),
                }));
                self.changed.notify_all();
            }
        }
    }

    fn deliver(&self, device: &SyncDevice) {
        let mut state = self.lock();
        while !state.stopped {
            let now = self.start.elapsed();
            let Some(Reverse(first)) = state.under_way.peek() else {
                state = self.changed.wait(state).expect("no holder panics");
                continue;
            };
            if first.delivery > now {
                let wait = first.delivery - now;
                state = self
                    .changed
                    .wait_timeout(state, wait)
                    .expect("no holder panics")
                    .0;
                continue;
            }
            let Some(Reverse(due)) = state.under_way.pop() else {
                continue;
            };
            drop(state);
            // A full device queue loses the packet, as a real one does.
            let _ = device.send(&due.packet);
            state = self.lock();
        }
    }
}
