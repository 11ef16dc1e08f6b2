//! Which way the media takes when the network lets only some through.

use tests::jbcall::{Jbcall, Join};
use tests::netlab::{Conditions, FAR, FAR_SECOND, Lab};
use tests::servers::{Coturn, ReferenceGateway};

fn assert_path(caller: &Jbcall, protocol: &str, route: &str) {
    caller.wait_view(&format!("path {protocol}, {route}"), |view| {
        view["path"]["protocol"] == protocol && view["path"]["route"] == route
    });
}

/// Somebody beside the gateway, to talk with.
fn partner(lab: &Lab, link: &str) -> Jbcall {
    let partner = Join::new(link, "partner", "tone:1000").start_on(&lab.far);
    partner.wait_connected();
    partner
}

fn assert_talking(caller: &Jbcall, partner: &Jbcall) {
    caller.wait_tone(1000.0);
    partner.wait_tone(440.0);
}

#[test]
fn an_open_network_is_crossed_by_udp() {
    let lab = Lab::new(Conditions::default(), 1);
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &[]);
    let link = gateway.room("open");
    let mut partner = partner(&lab, &link);
    let mut caller = Join::new(&link, "caller", "tone:440").start_on(&lab.near);
    assert_talking(&caller, &partner);
    assert_path(&caller, "udp", "direct");
    assert!(caller.leave().success() && partner.leave().success());
    gateway.assert_well_treated();
}

#[test]
fn with_udp_blocked_the_call_takes_the_tcp_candidate() {
    let lab = Lab::new(Conditions::default(), 2);
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &[]);
    let link = gateway.room("tcp");
    let mut partner = partner(&lab, &link);
    lab.near.block_udp();
    let mut caller = Join::new(&link, "caller", "tone:440").start_on(&lab.near);
    assert_talking(&caller, &partner);
    assert_path(&caller, "tcp", "direct");
    assert!(caller.leave().success() && partner.leave().success());
    gateway.assert_well_treated();
}

#[test]
fn with_only_a_relay_reachable_the_call_takes_the_relay() {
    let lab = Lab::new(Conditions::default(), 3);
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &[]);
    let relay = Coturn::start_on(&lab.far, FAR_SECOND);
    let link = gateway.room("relay");
    let mut partner = partner(&lab, &link);
    lab.near
        .allow_only((FAR, gateway.port()), (FAR_SECOND, Coturn::PORT));
    let turn = relay.url();
    let mut join = Join::new(&link, "caller", "tone:440");
    let arguments = [
        "--turn",
        &turn,
        "--turn-user",
        Coturn::USER,
        "--turn-password",
        Coturn::PASSWORD,
    ];
    join.arguments = &arguments;
    let mut caller = join.start_on(&lab.near);
    assert_talking(&caller, &partner);
    assert_path(&caller, "udp", "relay");
    assert!(caller.leave().success() && partner.leave().success());
    gateway.assert_well_treated();
}
