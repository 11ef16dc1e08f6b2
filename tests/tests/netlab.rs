//! The link emulator itself, with real sockets over it.

use std::process::Command;
use std::time::Duration;

use tests::netlab::{Conditions, FAR, FAR_SECOND, Lab};
use tests::process::{PATIENCE, Process};

/// Echoes UDP and accepts TCP on one port.
const SERVER: &str = "
const [address] = process.argv.slice(1);
const udp = require('dgram').createSocket('udp4');
udp.on('message', (m, from) => udp.send(m, from.port, from.address));
udp.bind(4000, address);
require('net').createServer((s) => s.end('hello')).listen(4000, address, () => console.log('{\"listening\":true}'));
";

/// Prints the fastest of several UDP round trips and one TCP connect, or null, in ms.
const CLIENT: &str = "
const [address] = process.argv.slice(1);
const dgram = require('dgram').createSocket('udp4');
const trips = []; let tcp = null;
dgram.on('message', (m) => trips.push(performance.now() - Number(m)));
const timer = setInterval(() => dgram.send(String(performance.now()), 4000, address), 50);
const started = performance.now();
const socket = require('net').connect(4000, address, () => { tcp = performance.now() - started; });
socket.on('error', () => {});
setTimeout(() => {
  console.log(JSON.stringify({ udp: trips.length ? Math.min(...trips) : null, tcp }));
  process.exit();
}, 2000);
";

fn node(mut command: Command, script: &str, address: &str) -> Command {
    command.args(["-e", script, address]);
    command
}

struct Trips {
    udp: Option<f64>,
    tcp: Option<f64>,
}

fn measure(lab: &Lab, address: &str) -> Trips {
    let client = Process::start(
        "client",
        &mut node(lab.near.command("node"), CLIENT, address),
    );
    let (line, _) = client.wait(PATIENCE, "result", |line| Some(line.clone()));
    Trips {
        udp: line["udp"].as_f64(),
        tcp: line["tcp"].as_f64(),
    }
}

fn serve(lab: &Lab, address: &str) -> Process {
    let server = Process::start(
        "server",
        &mut node(lab.far.command("node"), SERVER, address),
    );
    server.wait(PATIENCE, "listening", |line| {
        line.get("listening").map(|_| ())
    });
    server
}

#[test]
fn a_link_delays_blocks_cuts_and_heals() {
    let lab = Lab::new(Conditions::delayed(Duration::from_millis(50)), 1);
    let _first = serve(&lab, FAR);
    let _second = serve(&lab, FAR_SECOND);

    let slow = measure(&lab, FAR);
    let (udp, tcp) = (slow.udp.expect("UDP passes"), slow.tcp.expect("TCP passes"));
    assert!((100.0..200.0).contains(&udp), "UDP round trip: {udp} ms");
    assert!(tcp >= 100.0, "TCP connect: {tcp} ms");

    lab.set(Conditions::default());
    let quick = measure(&lab, FAR).udp.expect("UDP passes");
    assert!(quick < 50.0, "UDP round trip: {quick} ms");

    lab.near.block_udp();
    let blocked = measure(&lab, FAR);
    assert!(blocked.udp.is_none() && blocked.tcp.is_some());

    lab.near.unblock();
    lab.near.allow_only((FAR, 4000), (FAR_SECOND, 4000));
    let (gateway, relay) = (measure(&lab, FAR), measure(&lab, FAR_SECOND));
    assert!(gateway.udp.is_none() && gateway.tcp.is_some());
    assert!(relay.udp.is_some() && relay.tcp.is_none());

    lab.near.unblock();
    lab.set(Conditions::cut());
    let cut = measure(&lab, FAR);
    assert!(cut.udp.is_none() && cut.tcp.is_none());
    lab.set(Conditions::default());
    assert!(measure(&lab, FAR).udp.is_some());
}
