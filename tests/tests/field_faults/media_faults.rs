//! Faults from the room to the sound, on the reference gateway with the real media server.

use serde_json::{Value, json};
use tests::netlab::{Conditions, FAR, FAR_SECOND, Host, Lab};
use tests::process::{PATIENCE, Process};
use tests::servers::{Coturn, ReferenceGateway};

use crate::table::{NONE, Table};

/// DTLS records begin with these, STUN with 0 to 3 (RFC 7983).
const DTLS: &str = "udp dport != 0 @th,64,8 20-63 drop";
/// RTP and RTCP.
const RTP: &str = "udp dport != 0 @th,64,8 128-191 drop";

/// Examines the gateway from a host; the results of all rungs.
fn examine(host: &Host, gateway: &ReferenceGateway, relay: &[&str]) -> Value {
    let mut command = host.command(env!("CARGO_BIN_EXE_field-probe"));
    command.arg(gateway.url()).args(relay);
    let process = Process::start("field-probe", &mut command);
    let (line, _) = process.wait(PATIENCE, "diagnosis", |line| {
        line.get("rungs").map(|_| line.clone())
    });
    line["rungs"].clone()
}

/// Adds every fault of the media path to the table.
pub fn run(table: &mut Table) {
    healthy(table);
    filtered(table);
    ipv6_broken(table);
    of_the_server(table);
    relays(table);
}

fn on_lab(
    table: &mut Table,
    fault: &str,
    expected: (&str, &str, &str),
    arguments: &[&str],
    break_it: impl FnOnce(&Lab, &mut ReferenceGateway),
) {
    let lab = Lab::new(Conditions::default(), 5);
    let mut gateway = ReferenceGateway::start_on(&lab.far, FAR, arguments);
    break_it(&lab, &mut gateway);
    let rungs = examine(&lab.near, &gateway, &[]);
    table.add(fault, expected, &rungs);
    gateway.assert_well_treated();
}

fn healthy(table: &mut Table) {
    on_lab(table, "none", NONE, &[], |_, _| {});
}

fn filtered(table: &mut Table) {
    let udp_only = &["--no-tcp"];
    let here = ("failed", "ice", "udp-blocked-here");
    on_lab(
        table,
        "UDP dropped by this computer",
        here,
        udp_only,
        |lab, _| {
            lab.near.block_udp();
        },
    );
    let blocked = ("failed", "ice", "udp-blocked");
    on_lab(
        table,
        "UDP dropped on the way",
        blocked,
        udp_only,
        |lab, _| {
            lab.far.block_udp();
        },
    );

    let tcp = ("warning", "ice", "udp-blocked-tcp-works");
    on_lab(table, "UDP dropped, TCP works", tcp, &[], |lab, _| {
        lab.near.block_udp()
    });
    on_lab(table, "UDP answers dropped", blocked, udp_only, |lab, _| {
        lab.near.filter("udp sport 1-65535 ip saddr 10.77.0.2 drop");
    });
    let dtls = ("failed", "dtls", "dtls-silent");
    on_lab(
        table,
        "STUN answered, DTLS dropped",
        dtls,
        udp_only,
        |lab, _| lab.near.filter(DTLS),
    );
    let media = ("failed", "media", "udp-one-way");
    on_lab(
        table,
        "DTLS passes, sound dropped",
        media,
        udp_only,
        |lab, _| lab.near.filter(RTP),
    );
}

fn ipv6_broken(table: &mut Table) {
    let lab = Lab::new(Conditions::default(), 7);
    for (host, address) in [(&lab.near, "fd77::1/64"), (&lab.far, "fd77::2/64")] {
        let arguments = ["-6", "addr", "add", address, "dev", "link", "nodad"];
        run_on(host, "ip", &arguments);
    }
    let listen = ["--no-tcp", "--listen", "10.77.0.2,fd77::2"];
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &listen);
    table.add("none, with IPv6", NONE, &examine(&lab.near, &gateway, &[]));
    lab.near.filter("meta nfproto ipv6 meta l4proto udp drop");
    let broken = ("warning", "ice", "ipv6-broken");
    table.add(
        "only IPv6 broken",
        broken,
        &examine(&lab.near, &gateway, &[]),
    );
    gateway.assert_well_treated();
}

/// # Panics
/// When it fails.
fn run_on(host: &Host, program: &str, arguments: &[&str]) {
    let output = host.command(program).args(arguments).output();
    let output = output.expect("it can be run");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {error}");
}

fn of_the_server(table: &mut Table) {
    let wrong = ("failed", "ice", "announced-address-wrong");
    let listen = ["--no-tcp", "--listen", "10.77.0.2@10.77.0.99"];
    on_lab(table, "announced address wrong", wrong, &listen, |_, _| {});
    let full = ("failed", "capacity", "server-full");
    let ports = ["--no-tcp", "--media-ports", "41000-41000"];
    on_lab(table, "media ports exhausted", full, &ports, |_, _| {});
    let paused = ("failed", "media", "consumer-not-resumed");
    on_lab(
        table,
        "consumer never resumed",
        paused,
        &[],
        |_, gateway| {
            gateway.set(&json!({ "ignoreResume": true }));
        },
    );
    let silent = ("failed", "media", "produce-silent");
    on_lab(
        table,
        "speech service hanging",
        silent,
        &["--speech-delay", "20000"],
        |_, _| {},
    );
}

fn relays(table: &mut Table) {
    let lab = Lab::new(Conditions::default(), 6);
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &["--no-tcp"]);
    let relay = Coturn::start_on(&lab.far, FAR_SECOND);
    let url = relay.url();
    let good = [url.as_str(), Coturn::USER, Coturn::PASSWORD];
    table.add(
        "none, with a relay",
        NONE,
        &examine(&lab.near, &gateway, &good),
    );
    let wrong = [url.as_str(), Coturn::USER, "not-the-password"];
    let refused = ("failed", "turn", "turn-credentials-refused");
    table.add(
        "relay: wrong password",
        refused,
        &examine(&lab.near, &gateway, &wrong),
    );
    // What the relay sends from the ports that it lends arrives nowhere. Dropped where it arrives:
    // coturn gives a client up when its own packets are refused.
    for host in [&lab.near, &lab.far] {
        for rule in [
            "add table inet relay",
            "add chain inet relay arriving { type filter hook input priority 0; }",
            "add rule inet relay arriving ip saddr 10.77.0.3 udp sport != 3478 drop",
        ] {
            run_on(host, "nft", &[rule]);
        }
    }
    let silent = ("failed", "turn", "turn-relay-silent");
    table.add(
        "relay: lent ports closed",
        silent,
        &examine(&lab.near, &gateway, &good),
    );
    gateway.assert_well_treated();
}
