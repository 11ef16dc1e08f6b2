//! A running server, as its owner sees it, and the thread it runs on.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{Ending, Order, Orders, Server};

/// Pause between attempts to come back after a restart.
const COME_BACK_INTERVAL: Duration = Duration::from_millis(50);

/// A running server. Dropping it ends the server without a farewell; its port is closed then.
pub struct Host<S: Server> {
    address: SocketAddr,
    orders: UnboundedSender<Order<S>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: Server> Host<S> {
    /// Runs a server on a thread of its own. Its port is open already, on `address`.
    ///
    /// # Errors
    /// The system refuses a thread or an event queue.
    pub fn start(
        server: S,
        beginning: S::Beginning,
        address: SocketAddr,
        misbehaviour: S::Misbehaviour,
    ) -> std::io::Result<Self> {
        let first = (beginning, runtime()?);
        let (orders, given) = unbounded_channel();
        let thread = Builder::new().name(S::NAME.to_owned()).spawn(move || {
            live(&server, first, address, Orders::new(given, misbehaviour));
        })?;
        Ok(Self {
            address,
            orders,
            thread: Some(thread),
        })
    }

    /// Where the server listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3000`.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("http://{address}")
    }

    /// Gives an order, and returns at once. A frozen server thaws, unless it is to hear something.
    pub fn order(&self, order: Order<S>) {
        // Fails only after a stop.
        let _ = self.orders.send(order);
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl<S: Server> Drop for Host<S> {
    fn drop(&mut self) {
        self.order(Order::End(Ending::Stop));
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported already.
            let _ = thread.join();
        }
    }
}

impl<S: Server> std::fmt::Debug for Host<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Host").field(&self.address).finish()
    }
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// The server's thread: one generation after the other. A generation dies with its runtime, and
/// with that all its connections, as when a process is killed.
fn live<S: Server>(
    server: &S,
    first: (S::Beginning, Runtime),
    address: SocketAddr,
    mut orders: Orders<S>,
) {
    let mut next = Some(first);
    while let Some((beginning, runtime)) = next.take() {
        let served = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(server.serve(beginning, &mut orders))
        }));
        server.ended();
        runtime.shutdown_background();
        // A bug that a client has found must not end everything for good: the server comes back
        // with what it keeps, and everybody joins again.
        match served.unwrap_or(Ok(Ending::Restart(Duration::ZERO))) {
            Ok(Ending::Restart(down)) => next = come_back(server, address, down, &mut orders),
            Ok(Ending::Stop) => {}
            Err(error) => server.failed(&error),
        }
    }
}

/// Waits, then begins again. `None` when the server was stopped meanwhile.
fn come_back<S: Server>(
    server: &S,
    address: SocketAddr,
    down: Duration,
    orders: &mut Orders<S>,
) -> Option<(S::Beginning, Runtime)> {
    let runtime = runtime().ok()?;
    let mut back_at = Instant::now() + down;
    loop {
        runtime.block_on(orders.wait(Some(back_at)));
        while let Some(order) = orders.take() {
            match order {
                Order::End(Ending::Stop) => return None,
                Order::End(Ending::Restart(down)) => back_at = Instant::now() + down,
                // It is planned already; nobody is there to be told.
                Order::Misbehave(_) | Order::Tell(_) => {}
            }
        }
        if Instant::now() >= back_at {
            if let Some(beginning) = server.come_back(address) {
                return Some((beginning, runtime));
            }
            back_at = Instant::now() + COME_BACK_INTERVAL;
        }
    }
}
