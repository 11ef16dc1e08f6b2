//! Faults from the name to the web server, on a deployment of a site, a gateway and a speech
//! service, all of them behind nginx with TLS.

use std::net::TcpListener;

use fieldtest::Rung;
use rcgen::date_time_ymd;
use tests::netlab::{Conditions, FAR, FAR_SECOND, Lab, NameServer};
use tests::servers::ReferenceGateway;
use tests::web::{Authority, Nginx, Site};

use crate::doctor::{Findings, assert_left_well, examine};
use crate::run_on;
use crate::table::{NONE, Table};

/// The far host by IPv6. Resolvers put such addresses before those of IPv4.
const FAR_V6: &str = "2001:db8:77::2";
/// What packets for this one do, nobody knows.
const NOBODY: &str = "10.77.0.99";
/// Addresses of the second far host, by what is wrong with them.
const PLAIN: u16 = 4480;
const FILTERED: u16 = 4481;
const CLOSED: u16 = 4482;
/// Shorter than the gateway's ping interval, longer than this program's own rooms are silent.
const SHORT_PATIENCE: &str = "proxy_read_timeout 8s;";
/// Most requests to one name in a run.
const MOST_REQUESTS: usize = 40;

/// A site, and what it says of the deployment.
struct Names {
    site: &'static str,
    gateway: String,
    speech: Option<&'static str>,
}

fn sites() -> Vec<Names> {
    let names = |site, gateway: &str| Names {
        site,
        gateway: format!("https://{gateway}"),
        speech: None,
    };
    let on_port = |port: u16| format!("gateway.lab.test:{port}");
    vec![
        names("well.calls.lab.test", "gateway.lab.test"),
        names("lost.calls.lab.test", "nowhere.lab.test"),
        names("closed.calls.lab.test", &on_port(CLOSED)),
        names("filtered.calls.lab.test", &on_port(FILTERED)),
        names("plain.calls.lab.test", &on_port(PLAIN)),
        names("expired.calls.lab.test", "expired.lab.test"),
        names("strange.calls.lab.test", "strange.lab.test"),
        names("six.calls.lab.test", "six.lab.test"),
        names("down.calls.lab.test", "down.lab.test"),
        names("short.calls.lab.test", "short.lab.test"),
        Names {
            speech: Some("speech.lab.test"),
            ..names("mute.calls.lab.test", "gateway.lab.test")
        },
    ]
}

struct Deployment {
    lab: Lab,
    gateway: ReferenceGateway,
    nginx: Nginx,
    authority: String,
    _names: NameServer,
    /// Takes connections and never answers.
    _silence: TcpListener,
}

impl Deployment {
    fn start() -> Self {
        let lab = Lab::new(Conditions::default(), 8);
        for (host, address) in [
            (&lab.near, "2001:db8:77::1/64"),
            (&lab.far, "2001:db8:77::2/64"),
        ] {
            let arguments = ["-6", "addr", "add", address, "dev", "link", "nodad"];
            run_on(host, "ip", &arguments);
            run_on(host, "ip", &["route", "add", "default", "dev", "link"]);
        }
        let sites = sites();
        let origins: Vec<_> = sites
            .iter()
            .map(|one| format!("https://{}", one.site))
            .collect();
        let origins = format!(
            "{},https://well.calls.lab.test:{FILTERED}",
            origins.join(",")
        );
        let gateway = ReferenceGateway::start_on(&lab.far, FAR, &["--allow-origin", &origins]);
        let silence = lab.far.within(|| TcpListener::bind((FAR, 0)));
        let silence = silence.expect("a port can be had");
        let silent_port = silence.local_addr().expect("an address").port();
        let folder = Site::new();
        let authority = Authority::new();
        let servers = servers(&folder, &authority, &sites, gateway.port(), silent_port);
        let authority = folder.write("ca.pem", &authority.pem());
        let nginx = folder.serve_on(&lab.far, &servers);
        let mut known: Vec<_> = sites.iter().map(|names| (names.site, FAR)).collect();
        for name in [
            "gateway", "expired", "strange", "six", "down", "short", "speech",
        ] {
            known.push((
                Box::leak(format!("{name}.lab.test").into_boxed_str()),
                FAR_SECOND,
            ));
        }
        known.push(("six.lab.test", FAR_V6));
        lab.near.know(&known);
        lab.near.ask_names_of(FAR);
        lab.near.filter(&format!("tcp dport {FILTERED} drop"));
        lab.near.filter("meta nfproto ipv6 meta l4proto tcp drop");
        Self {
            _names: NameServer::start_on(&lab.far, FAR),
            authority: authority.display().to_string(),
            lab,
            gateway,
            nginx,
            _silence: silence,
        }
    }

    fn examine(&self, link: &str) -> Findings {
        examine(&self.lab.near, link, &["--ca", &self.authority])
    }
}

/// Everything that nginx serves.
fn servers(
    folder: &Site,
    authority: &Authority,
    sites: &[Names],
    gateway: u16,
    silence: u16,
) -> String {
    let certify = |name: &str| authority.certify(folder.folder(), name, |_| {});
    let mut all = String::new();
    let certificate = certify("*.calls.lab.test");
    for Names {
        site,
        gateway,
        speech,
    } in sites
    {
        let speech = speech.map(|name| format!(r#", REACT_APP_TTS_SERVICE_URL: "https://{name}""#));
        let speech = speech.unwrap_or_default();
        all.push_str(&format!(
            r#"server {{
    listen {FAR}:443 ssl; server_name {site}; {certificate}
    location / {{ return 200 "<!doctype html><title>calls</title>"; }}
    location = /env-config.js {{
        return 200 'window._env_ = {{ REACT_APP_GATEWAY_URL: "{gateway}"{speech} }};';
    }}
}}
"#
        ));
    }
    let mut add = |listen: &str, name: &str, certificate: &str, behind: u16| {
        all.push_str(&format!(
            "server {{
    listen {listen}; server_name {name}; {certificate}
    location / {{ proxy_pass http://{FAR}:{behind}; }}
}}
"
        ));
    };
    let tls = format!("{FAR_SECOND}:443 ssl");
    let good = certify("gateway.lab.test");
    let expired = authority.certify(folder.folder(), "expired.lab.test", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let six = certify("six.lab.test");
    add(&tls, "gateway.lab.test", &good, gateway);
    add(&tls, "expired.lab.test", &expired, gateway);
    add(&tls, "strange.lab.test", &good, gateway);
    add(&tls, "six.lab.test", &six, gateway);
    add(
        &format!("[{FAR_V6}]:443 ssl"),
        "six.lab.test",
        &six,
        gateway,
    );
    add(&tls, "down.lab.test", &certify("down.lab.test"), CLOSED);
    let short = certify("short.lab.test");
    add(
        &tls,
        "short.lab.test",
        &format!("{short} {SHORT_PATIENCE}"),
        gateway,
    );
    add(
        &tls,
        "speech.lab.test",
        &certify("speech.lab.test"),
        silence,
    );
    add(
        &format!("{FAR_SECOND}:{PLAIN}"),
        "gateway.lab.test",
        "",
        gateway,
    );
    all
}

fn link(site: &str) -> String {
    format!("https://{site}/room/field-faults-8")
}

/// Adds every fault below the room to the table.
pub fn run(table: &mut Table) {
    let mut deployment = Deployment::start();
    let arguments = ["--ca", &deployment.authority, "--idle", "5s"];
    let well = link("well.calls.lab.test");
    let found = examine(&deployment.lab.near, &well, &arguments);
    table.add("none, with site and TLS", NONE, found.rungs());
    found.clears_everything();
    for (name, requests) in deployment.nginx.requests() {
        assert!(requests <= MOST_REQUESTS, "{requests} requests to {name}");
    }
    names(table, &deployment);
    connections(table, &deployment);
    web_servers(table, &deployment);
    assert_left_well(&mut deployment.gateway);
}

/// Adds a fault that leaves nothing to be looked at above it.
fn add_lower(table: &mut Table, fault: &str, rung: Rung, cause: &str, found: &Findings) {
    let name = serde_json::to_value(rung).expect("a rung has a name");
    let name = name.as_str().unwrap_or_default();
    table.add(fault, ("failed", name, cause), found.rungs());
    found.blames(rung);
    found.names_soon(rung);
    found.skips_what_stands_on(rung);
}

fn names(table: &mut Table, deployment: &Deployment) {
    let mut add = |fault: &str, site: &str, cause: &str| {
        let found = deployment.examine(&link(site));
        add_lower(table, fault, Rung::Address, cause, &found);
    };
    add(
        "name of the site unknown",
        "nowhere.lab.test",
        "name-unknown",
    );
    add(
        "name of the gateway unknown",
        "lost.calls.lab.test",
        "name-unknown",
    );
    let near = &deployment.lab.near;
    near.ask_names_of(NOBODY);
    add("name server silent", "nowhere.lab.test", "resolver-silent");
    run_on(near, "ip", &["route", "del", "default"]);
    near.ask_names_of("192.0.2.53");
    add("no network", "nowhere.lab.test", "offline");
    run_on(near, "ip", &["route", "add", "default", "dev", "link"]);
    near.ask_names_of(FAR);
}

fn connections(table: &mut Table, deployment: &Deployment) {
    let mut add = |fault: &str, site: &str, cause: &str| {
        let found = deployment.examine(&link(site));
        add_lower(table, fault, Rung::Tls, cause, &found);
    };
    let on_port = |port: u16| format!("well.calls.lab.test:{port}");
    add("port of the site closed", &on_port(CLOSED), "port-closed");
    add(
        "port of the gateway closed",
        "closed.calls.lab.test",
        "port-closed",
    );
    add(
        "port of the site filtered",
        &on_port(FILTERED),
        "port-filtered",
    );
    add(
        "port of the gateway filtered",
        "filtered.calls.lab.test",
        "port-filtered",
    );
    add(
        "certificate expired",
        "expired.calls.lab.test",
        "certificate-expired",
    );
    add(
        "certificate of another name",
        "strange.calls.lab.test",
        "certificate-wrong-name",
    );
    add(
        "HTTP on the TLS port",
        "plain.calls.lab.test",
        "plain-http-on-tls-port",
    );
    let found = examine(&deployment.lab.near, &link("well.calls.lab.test"), &[]);
    let unknown = "certificate-unknown-issuer";
    add_lower(
        table,
        "certificate of a stranger",
        Rung::Tls,
        unknown,
        &found,
    );

    let near = &deployment.lab.near;
    let named = [
        "--ca",
        &deployment.authority,
        "--gateway",
        "https://gateway.lab.test",
    ];
    let missed = ("warning", "tls", "port-filtered");
    let found = examine(near, &link(&on_port(FILTERED)), &named);
    table.add("site filtered, gateway given", missed, found.rungs());

    let found = deployment.examine(&link("six.calls.lab.test"));
    let broken = ("warning", "tls", "ipv6-broken");
    table.add("only IPv6 of the gateway broken", broken, found.rungs());
}

fn web_servers(table: &mut Table, deployment: &Deployment) {
    let found = deployment.examine(&link("down.calls.lab.test"));
    let down = ("failed", "polling", "upstream-down");
    table.add("gateway behind the proxy down", down, found.rungs());
    found.names_soon(Rung::Polling);

    let arguments = ["--ca", &deployment.authority, "--idle", "12s"];
    let near = &deployment.lab.near;
    let found = examine(near, &link("short.calls.lab.test"), &arguments);
    let cut = ("warning", "websocket", "idle-cut");
    table.add("proxy impatient with idle connections", cut, found.rungs());

    let found = deployment.examine(&link("mute.calls.lab.test"));
    let hanging = ("failed", "services", "service-hanging");
    table.add("speech service hanging", hanging, found.rungs());
    found.names_soon(Rung::Services);
}
