//! What this process itself uses: the limits that are not the server's.

use std::fs;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::participant::{Lateness, Pacer};

/// What this process used within an interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnUse {
    /// Processor time, percent of one core.
    pub cpu_percent: f64,
    /// Time that threads waited for a core although they could run, percent of the interval.
    pub run_queue_percent: f64,
    /// Mean lateness of the timer that sends, milliseconds.
    pub timer_late_ms: f64,
    /// Share of the timer's ticks that were left out, 0 to 1: sound that was never sent.
    pub skipped: f64,
    /// Open files.
    pub files: u64,
    /// Files that this process may open.
    pub files_limit: Option<u64>,
    /// Memory, MiB.
    pub memory_mib: f64,
    /// Cores of this computer.
    pub cores: usize,
}

/// Measures from one call to the next.
#[derive(Debug)]
pub struct OwnMeter {
    pacer: Pacer,
    at: Instant,
    cpu: Duration,
    waited: Duration,
}

impl OwnMeter {
    /// Begins to measure.
    pub fn new(pacer: &Pacer) -> Self {
        pacer.take_lateness();
        Self {
            pacer: pacer.clone(),
            at: Instant::now(),
            cpu: cpu_time(),
            waited: waited_time(),
        }
    }

    /// What was used since the last call.
    pub fn take(&mut self) -> OwnUse {
        let (now, cpu, waited) = (Instant::now(), cpu_time(), waited_time());
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        let share = |time: Duration| time.as_secs_f64() / passed.max(1e-3) * 100.0;
        let lateness = self.pacer.take_lateness();
        let usage = OwnUse {
            cpu_percent: share(cpu.saturating_sub(self.cpu)),
            run_queue_percent: share(waited.saturating_sub(self.waited)),
            timer_late_ms: late_ms(&lateness),
            skipped: lateness.skipped as f64 / (lateness.ticks + lateness.skipped).max(1) as f64,
            files: open_files(),
            files_limit: files_limit(),
            memory_mib: memory_mib(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        };
        (self.at, self.cpu, self.waited) = (now, cpu, waited);
        usage
    }
}

fn late_ms(lateness: &Lateness) -> f64 {
    lateness.total.as_secs_f64() * 1_000.0 / lateness.ticks.max(1) as f64
}

/// Processor time of this process so far. Linux only; nothing elsewhere.
pub fn cpu_time() -> Duration {
    // Counted in hundredths of a second for every program (USER_HZ).
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// How long threads of this process have waited for a core.
fn waited_time() -> Duration {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
    let waited = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    Duration::from_nanos(waited.sum())
}

fn open_files() -> u64 {
    fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64)
}

/// How many files this process may open; none if that is not known.
pub fn files_limit() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

fn memory_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn this_process_uses_something() {
        let mut meter = OwnMeter::new(&Pacer::start());
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(150) {
            std::hint::black_box(begin.elapsed());
        }
        let usage = meter.take();
        assert!(usage.cpu_percent > 0.0, "{usage:?}");
        assert!(usage.files > 2 && usage.memory_mib > 1.0, "{usage:?}");
        assert!(usage.files_limit.is_some_and(|limit| limit > usage.files));
    }
}
