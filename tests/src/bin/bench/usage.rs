//! What processes use, by /proc.

use std::collections::HashMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Of one or more processes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Share of one core, percent, over the time watched.
    pub cpu_percent: f64,
    /// Proportional set size, MiB, at the end.
    pub pss_mib: f64,
}

/// A process and all below it.
pub fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some(parent) = stat(id).and_then(|fields| fields.get(1)?.parse().ok()) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        found.extend(children.remove(&id).unwrap_or_default());
        next += 1;
    }
    found
}

/// Watches groups of processes at the same time.
pub fn watch(groups: &[Vec<u32>], time: Duration) -> Vec<Usage> {
    let before: Vec<f64> = groups.iter().map(|group| cpu_seconds(group)).collect();
    let start = Instant::now();
    thread::sleep(time);
    let took = start.elapsed().as_secs_f64();
    let usage = |(group, before): (&Vec<u32>, f64)| Usage {
        cpu_percent: (cpu_seconds(group) - before) / took * 100.0,
        pss_mib: group.iter().map(|id| pss_mib(*id)).sum(),
    };
    groups.iter().zip(before).map(usage).collect()
}

/// Fields of /proc/ID/stat after the name: state, parent, …
fn stat(id: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, after) = text.rsplit_once(')')?;
    Some(after.split_whitespace().map(str::to_owned).collect())
}

fn cpu_seconds(group: &[u32]) -> f64 {
    /// Linux counts in hundredths of a second for every program (USER_HZ).
    const TICKS_PER_SECOND: f64 = 100.0;
    let ticks = |id: &u32| {
        let fields = stat(*id)?;
        let field = |n: usize| fields.get(n)?.parse::<f64>().ok();
        Some(field(11)? + field(12)?)
    };
    group.iter().filter_map(ticks).sum::<f64>() / TICKS_PER_SECOND
}

fn pss_mib(id: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib: Option<f64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0.0) / 1024.0
}
