//! Seconds of processor and wall, and memory.

use std::fs;
use std::io::Write as _;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u32::try_from(time.tv_sec).unwrap_or(u32::MAX);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    f64::from(seconds) + f64::from(nanoseconds) / 1e9
}

/// Runs something and says what it took.
pub(crate) fn spent<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (cpu_before, wall) = (cpu(), Instant::now());
    let made = work();
    (made, Spent { cpu: cpu() - cpu_before, wall: wall.elapsed().as_secs_f64() })
}

/// The most memory that the process ever held, in megabytes.
pub(crate) fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|it| it.parse::<u32>().ok());
    f64::from(kilobytes.unwrap_or_default()) / 1024.0
}

pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
