//! How much load a server may get without its operator's word.

use std::net::IpAddr;

use super::policy::{FOREIGN_PARTICIPANTS, PARTICIPANTS_BESIDE_OTHERS};

/// Why a run was refused before anybody joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A host on the internet, and too many participants for one that is not one's own.
    #[error(
        "{host} is not on this computer or in this network: at most {most} participants, not \
         {wanted}. If you operate it, say so with --i-operate-this."
    )]
    Foreign {
        /// Host of the gateway.
        host: String,
        /// What is allowed.
        most: usize,
        /// What was asked for.
        wanted: usize,
    },
    /// People are using the server now.
    #[error(
        "{present} participants are on the server: at most {most} more, not {wanted}, so that \
         nobody is pushed out. If you operate it, say so with --i-operate-this."
    )]
    InUse {
        /// Participants of others.
        present: u64,
        /// What is allowed.
        most: usize,
        /// What was asked for.
        wanted: usize,
    },
}

/// Whether all addresses of a host are on this computer or in its network.
pub fn is_near(addresses: &[IpAddr]) -> bool {
    !addresses.is_empty() && addresses.iter().all(near)
}

fn near(address: &IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Whether so many participants may be sent there. `present` is how many others are on the
/// server, if it tells.
///
/// # Errors
/// What is allowed instead.
pub fn allow(
    host: &str,
    addresses: &[IpAddr],
    present: Option<u64>,
    wanted: usize,
    operator: bool,
) -> Result<(), Refusal> {
    if operator {
        return Ok(());
    }
    if let Some(present) = present.filter(|present| *present > 0)
        && wanted > PARTICIPANTS_BESIDE_OTHERS
    {
        return Err(Refusal::InUse {
            present,
            most: PARTICIPANTS_BESIDE_OTHERS,
            wanted,
        });
    }
    if wanted > FOREIGN_PARTICIPANTS && !is_near(addresses) {
        return Err(Refusal::Foreign {
            host: host.to_owned(),
            most: FOREIGN_PARTICIPANTS,
            wanted,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, present: u64, wanted: usize, operator: bool) -> bool {
        let addresses = [address.parse().expect("an address")];
        allow("host", &addresses, Some(present), wanted, operator).is_ok()
    }

    #[test]
    fn near_hosts_take_any_number_and_others_five() {
        for near in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1"] {
            assert!(allowed(near, 0, 200, false), "{near}");
        }
        for far in ["203.0.113.7", "8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(allowed(far, 0, 5, false), "{far}");
            assert!(!allowed(far, 0, 6, false), "{far}");
            assert!(allowed(far, 0, 6, true), "{far}");
        }
    }

    #[test]
    fn people_on_the_server_are_left_in_peace() {
        assert!(allowed("127.0.0.1", 1, 2, false));
        assert!(!allowed("127.0.0.1", 1, 3, false));
        assert!(allowed("127.0.0.1", 1, 3, true));
    }

    #[test]
    fn one_far_address_makes_a_host_far() {
        let mixed = ["127.0.0.1", "203.0.113.7"].map(|ip| ip.parse().expect("an address"));
        assert!(!is_near(&mixed));
        assert!(!is_near(&[]), "nothing is known");
    }
}
