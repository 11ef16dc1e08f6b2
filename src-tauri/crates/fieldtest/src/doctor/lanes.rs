//! The table of probes: one line for each.

use super::Lane;

/// The lanes of a run: network, signaling, room and media, pipeline, and this machine.
pub fn lanes() -> Vec<Lane> {
    // A probe is plugged in by a lane such as
    //
    //     Lane::new(&[Rung::Link, Rung::Address], |climb| Box::pin(async move {
    //         climb.look(Rung::Link, link::probe(climb), |facts, seen| facts.link = Some(seen)).await;
    //         climb.look(Rung::Address, …).await;
    //     }))
    Vec::new()
}
