//! Names and addresses: does this computer know where the hosts are, and is it there that others
//! see them?

use std::net::IpAddr;

use super::{Evidence, Finding, RungResult};
use crate::facts::{AddressFacts, HostFacts, HostRole, ResolveFailureKind};
use crate::{Rung, Verdict};

/// Ends of names that are never public.
const LOCAL_ENDS: [&str; 7] = [
    ".local",
    ".localhost",
    ".internal",
    ".lan",
    ".home",
    ".home.arpa",
    ".test",
];

/// Judges names and addresses.
pub(super) fn judge(facts: Option<&AddressFacts>) -> RungResult {
    let Some(facts) = facts else {
        return RungResult::skipped(Rung::Address, None);
    };
    let mut findings = Vec::new();
    for host in &facts.hosts {
        findings.extend(proxy(host));
        if host.proxy.is_some() {
            continue;
        }
        findings.extend(resolution(host, facts));
        findings.extend(reachability(host, facts));
        // A company's proxy is where only its own resolver knows it.
        if !host.roles.contains(&HostRole::Proxy) {
            findings.extend(horizon(host, facts));
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    RungResult::new(Rung::Address, findings, evidence(facts))
}

fn proxy(host: &HostFacts) -> Option<Finding> {
    let reason = host.proxy_error.as_ref()?;
    let finding = Finding::new("proxy-unusable", Verdict::Failed);
    Some(finding.with("reason", reason))
}

fn resolution(host: &HostFacts, facts: &AddressFacts) -> Option<Finding> {
    let failure = host.failure.as_ref()?;
    let answered = facts.hosts.iter().any(|other| {
        let is_name = other.host.parse::<IpAddr>().is_err() && is_public_name(&other.host);
        is_name && !other.addresses.is_empty()
    });
    let offline = !facts.routes.v4 && !facts.routes.v6;
    let gravity = gravity(host, facts);
    let finding = match failure.kind {
        ResolveFailureKind::UnknownName => Finding::new("name-unknown", gravity),
        _ if offline => Finding::new("offline", gravity),
        ResolveFailureKind::Other => Finding::new("name-unknown", gravity).or("resolver-silent"),
        _ if answered => Finding::new("name-servers-failing", gravity).or("name-unknown"),
        _ => Finding::new("resolver-silent", gravity).or("name-servers-failing"),
    };
    Some(finding.with("host", &host.host))
}

/// A host without which there is no call, or one that is missed by less than that.
fn gravity(host: &HostFacts, facts: &AddressFacts) -> Verdict {
    let has = |host: &HostFacts, role| host.roles.contains(&role);
    let gateway_found = facts
        .hosts
        .iter()
        .any(|other| has(other, HostRole::Gateway) && !other.addresses.is_empty());
    let needed = has(host, HostRole::Gateway)
        || has(host, HostRole::Collaboration)
        || has(host, HostRole::Proxy)
        || has(host, HostRole::Site) && !gateway_found;
    if needed {
        Verdict::Failed
    } else {
        Verdict::Warning
    }
}

/// Addresses of a kind that this computer has no route to.
fn reachability(host: &HostFacts, facts: &AddressFacts) -> Option<Finding> {
    let public: Vec<&IpAddr> = host.addresses.iter().filter(|a| !is_private(a)).collect();
    if public.is_empty() || public.len() < host.addresses.len() {
        return None;
    }
    let cause = match (facts.routes.v4, facts.routes.v6) {
        (true, false) if public.iter().all(|address| address.is_ipv6()) => "only-ipv6",
        (false, true) if public.iter().all(|address| address.is_ipv4()) => "only-ipv4",
        _ => return None,
    };
    let finding = Finding::new(cause, gravity(host, facts));
    Some(finding.with("host", &host.host))
}

/// A public name with an address of a private network: right inside that network, wrong outside.
fn horizon(host: &HostFacts, facts: &AddressFacts) -> Option<Finding> {
    if !is_public_name(&host.host) || host.addresses.is_empty() {
        return None;
    }
    let private = host.addresses.iter().find(|address| is_private(address))?;
    let public = |host: &HostFacts| {
        let is_name = is_public_name(&host.host);
        is_name && host.addresses.iter().any(|address| !is_private(address))
    };
    let cause = if facts.hosts.iter().any(public) {
        "split-horizon"
    } else {
        "private-address"
    };
    let finding = Finding::new(cause, Verdict::Warning);
    Some(finding.with("host", &host.host).with("address", private))
}

/// Whether a name is one that everybody's resolver should know.
fn is_public_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.contains('.')
        && host.parse::<IpAddr>().is_err()
        && !LOCAL_ENDS.iter().any(|end| host.ends_with(end))
}

/// Addresses that mean something else, or nothing, in another network.
fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
        }
    }
}

fn evidence(facts: &AddressFacts) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = facts.hosts.iter().map(host_evidence).collect();
    for host in &facts.hosts {
        if let Some(proxy) = &host.proxy {
            let what = format!("proxy to {}:{}", host.host, host.port);
            evidence.push(Evidence::new(what, proxy));
        }
    }
    let routes = match (facts.routes.v4, facts.routes.v6) {
        (true, true) => "IPv4 and IPv6",
        (true, false) => "IPv4 only",
        (false, true) => "IPv6 only",
        (false, false) => "none",
    };
    evidence.push(Evidence::new("routes to public addresses", routes));
    evidence
}

fn host_evidence(host: &HostFacts) -> Evidence {
    let roles: Vec<&str> = host.roles.iter().map(|role| role_name(*role)).collect();
    let what = format!("{} {}", roles.join(", "), host.host);
    let family = |v6: bool| {
        let of_family = host.addresses.iter().filter(|a| a.is_ipv6() == v6);
        let addresses: Vec<String> = of_family.map(ToString::to_string).collect();
        if addresses.is_empty() {
            "none".to_owned()
        } else {
            addresses.join(", ")
        }
    };
    let seen = match &host.failure {
        Some(failure) => failure.message.clone(),
        None => format!("A {}; AAAA {}", family(false), family(true)),
    };
    Evidence::new(what, format!("{seen} ({:.0} ms)", host.took_ms))
}

fn role_name(role: HostRole) -> &'static str {
    match role {
        HostRole::Gateway => "gateway",
        HostRole::Site => "site",
        HostRole::Translation => "translation",
        HostRole::Synthesis => "speech synthesis",
        HostRole::Recognition => "speech recognition",
        HostRole::Collaboration => "collaboration",
        HostRole::Proxy => "proxy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ResolveFailure, Routes};

    const BOTH: Routes = Routes { v4: true, v6: true };
    const V4: Routes = Routes {
        v4: true,
        v6: false,
    };
    const NOWHERE: Routes = Routes {
        v4: false,
        v6: false,
    };

    fn host(role: HostRole, name: &str, addresses: &[&str]) -> HostFacts {
        HostFacts {
            roles: vec![role],
            host: name.into(),
            port: 443,
            addresses: addresses
                .iter()
                .map(|a| a.parse().expect("an address"))
                .collect(),
            ..HostFacts::default()
        }
    }

    fn lost(role: HostRole, name: &str, kind: ResolveFailureKind) -> HostFacts {
        HostFacts {
            failure: Some(ResolveFailure {
                kind,
                message: "the resolver's words".into(),
            }),
            ..host(role, name, &[])
        }
    }

    fn judged(routes: Routes, hosts: &[&HostFacts]) -> (Verdict, Vec<String>) {
        let facts = AddressFacts {
            hosts: hosts.iter().copied().cloned().collect(),
            routes,
        };
        let result = judge(Some(&facts));
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    }

    fn one(verdict: Verdict, cause: &str) -> (Verdict, Vec<String>) {
        (verdict, vec![cause.into()])
    }

    #[test]
    fn usual_addresses_are_well() {
        use HostRole::{Gateway, Site, Translation};
        for hosts in [
            vec![host(Gateway, "g.example", &["9.9.9.9", "2620:fe::fe"])],
            vec![
                host(Site, "a.example", &["9.9.9.9"]),
                host(Gateway, "g.example", &["9.9.9.10"]),
            ],
            vec![host(Gateway, "127.0.0.1", &["127.0.0.1"])],
            vec![host(Gateway, "localhost", &["127.0.0.1", "::1"])],
            vec![host(Gateway, "laptop.local", &["192.168.1.7"])],
            vec![host(Translation, "10.0.0.8", &["10.0.0.8"])],
        ] {
            assert_eq!(
                judged(V4, &hosts.iter().collect::<Vec<_>>()),
                (Verdict::Ok, vec![]),
                "{hosts:?}"
            );
        }
        assert_eq!(judge(None).verdict, Verdict::Skipped);
    }

    #[test]
    fn a_lost_name_is_told_from_a_lost_resolver_and_from_a_lost_network() {
        use HostRole::{Gateway, Site};
        use ResolveFailureKind::{Other, Silent, TryAgain, UnknownName};
        let site = host(Site, "a.example", &["9.9.9.9"]);
        let failed = |cause| one(Verdict::Failed, cause);
        for (kind, alone, beside, offline) in [
            (UnknownName, "name-unknown", "name-unknown", "name-unknown"),
            (
                TryAgain,
                "resolver-silent",
                "name-servers-failing",
                "offline",
            ),
            (Silent, "resolver-silent", "name-servers-failing", "offline"),
            (Other, "name-unknown", "name-unknown", "offline"),
        ] {
            let gateway = lost(Gateway, "g.example", kind);
            assert_eq!(judged(BOTH, &[&gateway]), failed(alone));
            assert_eq!(judged(BOTH, &[&gateway, &site]), failed(beside));
            assert_eq!(judged(NOWHERE, &[&gateway]), failed(offline));
        }
    }

    #[test]
    fn a_host_that_is_not_needed_is_missed_less() {
        use HostRole::{Gateway, Site, Translation};
        let gateway = host(Gateway, "g.example", &["9.9.9.9"]);
        for role in [Site, Translation] {
            let lost = lost(role, "x.example", ResolveFailureKind::UnknownName);
            let expected = one(Verdict::Warning, "name-unknown");
            assert_eq!(judged(BOTH, &[&gateway, &lost]), expected);
        }
        let site = lost(Site, "x.example", ResolveFailureKind::UnknownName);
        assert_eq!(judged(BOTH, &[&site]), one(Verdict::Failed, "name-unknown"));
    }

    #[test]
    fn a_proxy_finds_names_itself() {
        let mut gateway = lost(
            HostRole::Gateway,
            "g.example",
            ResolveFailureKind::UnknownName,
        );
        gateway.proxy = Some("proxy.example:3128".into());
        let proxy = host(HostRole::Proxy, "proxy.example", &["10.0.0.1"]);
        let judgement = judged(V4, &[&gateway, &proxy]);
        assert_eq!(judgement, (Verdict::Ok, vec![]));
        let proxy = lost(HostRole::Proxy, "proxy", ResolveFailureKind::UnknownName);
        assert_eq!(
            judged(V4, &[&gateway, &proxy]),
            one(Verdict::Failed, "name-unknown")
        );
        let mut unusable = host(HostRole::Gateway, "g.example", &["9.9.9.9"]);
        unusable.proxy_error = Some("proxies of scheme \"socks5\" are not supported".into());
        assert_eq!(
            judged(V4, &[&unusable]),
            one(Verdict::Failed, "proxy-unusable")
        );
    }

    #[test]
    fn private_addresses_of_public_names_are_told() {
        use HostRole::{Gateway, Site};
        let inside = host(Gateway, "g.example", &["192.168.1.7"]);
        assert_eq!(
            judged(V4, &[&inside]),
            one(Verdict::Warning, "private-address")
        );
        let outside = host(Site, "a.example", &["9.9.9.9"]);
        assert_eq!(
            judged(V4, &[&inside, &outside]),
            one(Verdict::Warning, "split-horizon")
        );
        let both = host(Gateway, "g.example", &["10.0.0.1", "2620:fe::fe"]);
        assert_eq!(
            judged(BOTH, &[&both]),
            one(Verdict::Warning, "split-horizon")
        );
    }

    #[test]
    fn a_family_without_a_route_is_told() {
        let gateway = host(HostRole::Gateway, "g.example", &["2620:fe::fe"]);
        assert_eq!(judged(V4, &[&gateway]), one(Verdict::Failed, "only-ipv6"));
        assert_eq!(judged(BOTH, &[&gateway]), (Verdict::Ok, vec![]));
        let gateway = host(HostRole::Gateway, "g.example", &["9.9.9.9"]);
        let v6 = Routes {
            v4: false,
            v6: true,
        };
        assert_eq!(judged(v6, &[&gateway]), one(Verdict::Failed, "only-ipv4"));
    }
}
