//! Seconds of processor and wall, memory, and lines for people.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use countersign_access::engine::{Stage, Watch};
use rustix::time::{ClockId, clock_gettime};

/// What something took.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} s of processor, {:.4} s of wall", self.cpu, self.wall)
    }
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

/// Seconds of processor by stage, and the longest time without a question whether to go on.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    at: f64,
    now: Option<Stage>,
    stages: Vec<(Stage, f64)>,
    pub(crate) longest: f64,
}

impl Parts {
    /// Of work by one thread.
    pub(crate) fn of<T>(
        work: impl FnOnce(Watch<'_, Infallible>) -> Result<T, Infallible>,
    ) -> (T, Self) {
        let parts = Mutex::new(Self { at: cpu(), ..Self::default() });
        let note = |stage| {
            let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
            parts.note(stage);
        };
        let progress = |stage, _, _| note(Some(stage));
        let Ok(made) = work(Watch { go_on: &|| Ok(()), progress: &progress });
        note(None);
        (made, parts.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&mut self, stage: Option<Stage>) {
        let now = cpu();
        let passed = now - std::mem::replace(&mut self.at, now);
        self.longest = self.longest.max(passed);
        if let Some(before) = std::mem::replace(&mut self.now, stage) {
            self.stages.push((before, passed));
        }
    }

    /// What one stage took.
    pub(crate) fn took(&self, stage: Stage) -> f64 {
        self.stages.iter().filter(|(it, _)| *it == stage).map(|(_, took)| took).sum()
    }
}

/// The median of several runs, by processor.
pub(crate) fn median(runs: usize, mut work: impl FnMut()) -> Spent {
    let mut all: Vec<Spent> = (0..runs.max(1)).map(|_| spent(&mut work).1).collect();
    all.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    all.get(all.len() / 2).copied().unwrap_or(Spent { cpu: 0.0, wall: 0.0 })
}

/// How long many of the same kind took, in seconds of processor.
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// All together.
    pub(crate) fn total(&self) -> f64 {
        self.0.iter().sum()
    }

    /// Half, 99 of 100 and all within so many microseconds.
    pub(crate) fn microseconds(&self) -> [f64; 3] {
        [50, 99, 100].map(|percent| self.within(percent))
    }

    fn within(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent / 100).copied().unwrap_or_default() * 1e6
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, worst] = self.microseconds();
        write!(
            f,
            "{} in {:.4} s of processor, half within {half:.0} us, 99 of 100 within {most:.0} us, all \
             within {worst:.0} us",
            self.0.len(),
            self.total()
        )
    }
}

/// The most memory that the process held since it was last asked to forget, in megabytes.
pub(crate) fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|it| it.parse::<u32>().ok());
    f64::from(kilobytes.unwrap_or_default()) / 1024.0
}

/// Lets the peak begin anew at what is held now (proc(5), clear_refs).
pub(crate) fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A number that is another one when an answer is (FNV-1a, 64 bits).
pub(crate) fn hash(answer: impl IntoIterator<Item = u64>) -> u64 {
    answer
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
