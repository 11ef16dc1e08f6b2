//! A small network in user space: two namespaces with a TUN device each, and packets
//! carried between them with seeded delay, jitter, loss, reordering and rate, which may
//! change while it runs. Needs root, touches nothing outside its own namespaces.
//!
//! ```no_run
//! use std::time::Duration;
//! use tests::netlab::{Conditions, Lab};
//!
//! let lab = Lab::new(Conditions::delayed(Duration::from_millis(50)), 1);
//! lab.far.command("some-server").arg(lab.far.address()).spawn().unwrap();
//! lab.near.block_udp();
//! lab.set(Conditions::cut());
//! ```

mod conditions;
mod names;
mod shuttle;

use std::fs::File;
use std::process::{self, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use nix::sched::{CloneFlags, setns};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

pub use conditions::{Conditions, Direction, Loss};
pub use names::NameServer;
use shuttle::Shuttle;

/// Address of the host on the near side, where clients run.
pub const NEAR: &str = "10.77.0.1";
/// Address of the host on the far side, where servers run.
pub const FAR: &str = "10.77.0.2";
/// A second address of the far host, for a server beside another (gateway and relay).
pub const FAR_SECOND: &str = "10.77.0.3";

const DEVICE: &str = "link";

/// Two hosts and the link between them; taken down when dropped.
pub struct Lab {
    /// Where clients run.
    pub near: Host,
    /// Where servers run.
    pub far: Host,
    outward: Shuttle,
    inward: Shuttle,
}

/// A network namespace with one address on the link.
pub struct Host {
    namespace: String,
    address: &'static str,
}

impl Lab {
    /// Both directions start with the same conditions; the seed decides every packet's
    /// fate.
    ///
    /// # Panics
    /// Without root, `ip` or `/dev/net/tun`, in a sentence that says so.
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = |side: &str| format!("jbl{}{side}{number}", process::id());
        let (near, near_device) = Host::new(name("n"), NEAR);
        let (far, far_device) = Host::new(name("f"), FAR);
        run(far
            .command("ip")
            .args(["addr", "add", &format!("{FAR_SECOND}/24"), "dev", DEVICE]));
        let outward = Shuttle::start(
            Arc::clone(&near_device),
            Arc::clone(&far_device),
            conditions.clone(),
            seed,
        );
        let inward = Shuttle::start(far_device, near_device, conditions, seed.wrapping_add(1));
        Self {
            near,
            far,
            outward,
            inward,
        }
    }

    /// Changes both directions.
    pub fn set(&self, conditions: Conditions) {
        self.set_outward(conditions.clone());
        self.set_inward(conditions);
    }

    /// Changes the direction from near to far.
    pub fn set_outward(&self, conditions: Conditions) {
        self.outward.set(conditions);
    }

    /// Changes the direction from far to near.
    pub fn set_inward(&self, conditions: Conditions) {
        self.inward.set(conditions);
    }

    /// Runs a script: each step waits, then changes both directions. Returns at the end.
    pub fn play(&self, steps: impl IntoIterator<Item = (Duration, Conditions)>) {
        for (wait, conditions) in steps {
            thread::sleep(wait);
            self.set(conditions);
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.outward.stop();
        self.inward.stop();
    }
}

impl Host {
    fn new(namespace: String, address: &'static str) -> (Self, Arc<SyncDevice>) {
        run(Command::new("ip").args(["netns", "add", &namespace]));
        // From here on dropping the host removes the namespace and all that is in it.
        let host = Self { namespace, address };
        let device = DeviceBuilder::new()
            .name(&host.namespace)
            .layer(Layer::L3)
            .build_sync()
            .unwrap_or_else(|error| {
                panic!("cannot make a TUN device (needs root and /dev/net/tun): {error}")
            });
        run(Command::new("ip").args(["link", "set", &host.namespace, "netns", &host.namespace]));
        let address = format!("{address}/24");
        let settings: [&[&str]; 4] = [
            &["link", "set", "lo", "up"],
            &["link", "set", &host.namespace, "name", DEVICE],
            &["addr", "add", &address, "dev", DEVICE],
            &["link", "set", "dev", DEVICE, "txqueuelen", "10000", "up"],
        ];
        for arguments in settings {
            run(host.command("ip").args(arguments));
        }
        (host, Arc::new(device))
    }

    /// This host's address on the link.
    pub fn address(&self) -> &'static str {
        self.address
    }

    /// A command that will run on this host.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.namespace])
            .arg(program);
        command
    }

    /// Runs something of this process on this host: what it opens lives there.
    ///
    /// # Panics
    /// When the namespace cannot be entered, or `run` panics.
    pub fn within<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        let file = File::open(format!("/run/netns/{}", self.namespace));
        let namespace = file.unwrap_or_else(|error| panic!("no namespace: {error}"));
        // A namespace is a property of a thread; this one ends with its work.
        thread::scope(|scope| {
            let inside = scope.spawn(|| {
                setns(namespace, CloneFlags::CLONE_NEWNET).expect("root may enter a namespace");
                run()
            });
            inside.join().expect("the work is done")
        })
    }

    /// Drops every UDP packet that leaves or reaches this host over the link.
    pub fn block_udp(&self) {
        self.filter("meta l4proto udp drop");
    }

    /// Lets only these through to and from the other side: TCP to the port of `signaling`,
    /// UDP to the port of `relay` (both on the other side's addresses).
    pub fn allow_only(&self, signaling: (&str, u16), relay: (&str, u16)) {
        let (gateway, gateway_port) = signaling;
        let (turn, turn_port) = relay;
        for (way, port) in [("daddr", "dport"), ("saddr", "sport")] {
            self.filter(&format!(
                "ip {way} {gateway} tcp {port} {gateway_port} accept"
            ));
            self.filter(&format!("ip {way} {turn} udp {port} {turn_port} accept"));
        }
        self.filter("drop");
    }

    /// Adds an nftables rule for what passes this host's link in either direction.
    pub fn filter(&self, rule: &str) {
        let nft = |text: &str| run(self.command("nft").arg(text));
        nft("add table inet lab");
        for (chain, interface) in [("input", "iifname"), ("output", "oifname")] {
            nft(&format!(
                "add chain inet lab {chain} {{ type filter hook {chain} priority 0; }}"
            ));
            nft(&format!(
                "add rule inet lab {chain} {interface} {DEVICE} {rule}"
            ));
        }
    }

    /// Takes all rules away.
    pub fn unblock(&self) {
        run(self.command("nft").arg("flush ruleset"));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "del", &self.namespace])
            .status();
        let _ = std::fs::remove_dir_all(self.own_files());
    }
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?} (is iproute2 installed?): {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed: {}(network namespaces need root)",
        String::from_utf8_lossy(&output.stderr)
    );
}
