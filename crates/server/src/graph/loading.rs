//! How far the graph is after a start: what is read back of which system, until the graph is there. Says
//! it to whoever waits, and to the log; loads nothing.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_access::fact::SourceId;
use countersign_store::stage::facts::Progress;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Between two lines in the log about one start.
const SAID_EVERY: Duration = Duration::from_secs(1);

/// How far the graph is; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loading(Arc<Mutex<Stage>>);

#[derive(Debug, Clone, Default)]
enum Stage {
    /// Nobody has begun yet.
    #[default]
    Waiting,
    /// It was tried and did not succeed; it is tried again.
    Failed,
    /// What is stored is read back.
    Reading(Progress),
    /// The graph is built of what was read back, and judged.
    Building(Progress, Building),
    /// The graph is there, and stays until the next one is.
    There,
}

/// What of the graph is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotThere {
    /// What was read back of which system; nothing before that has begun.
    pub systems: Vec<Share>,
    /// How far the graph is, once all is read back and it is being built of that.
    pub building: Option<Building>,
    /// Whether the last try failed; the log says why, and it is tried again.
    pub has_failed: bool,
}

/// How far a graph is that is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Building {
    /// Whether connections are there and rules are judged.
    pub is_judging: bool,
    /// Connections put together, or rules judged.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

/// How much of a read of a system is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Which system.
    pub system: SourceId,
    /// Connections that are read back.
    pub edges_read: u64,
    /// Of so many.
    pub edges: u64,
    /// The same of things.
    pub nodes_read: u64,
    /// Of so many.
    pub nodes: u64,
}

impl Loading {
    /// What is stored is being read back.
    pub(crate) fn reading(&self, progress: Progress) {
        self.becomes(|now| (!matches!(now, Stage::There)).then_some(Stage::Reading(progress)));
    }

    /// All was read back, and so much of the graph is there.
    pub(crate) fn building(&self, building: Building) {
        self.becomes(|now| match now {
            Stage::Reading(progress) | Stage::Building(progress, _) => {
                Some(Stage::Building(progress.clone(), building))
            }
            Stage::Waiting | Stage::Failed | Stage::There => None,
        });
    }

    /// The graph is there.
    pub(crate) fn there(&self) {
        self.becomes(|_| Some(Stage::There));
    }

    /// It was not loaded this time.
    pub(crate) fn failed(&self) {
        self.becomes(|now| (!matches!(now, Stage::There)).then_some(Stage::Failed));
    }

    /// What of the graph is there, while it is not all.
    pub(crate) fn not_there(&self) -> Option<NotThere> {
        let stage = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (systems, building, has_failed) = match stage {
            Stage::There => return None,
            Stage::Waiting => (Vec::new(), None, false),
            Stage::Failed => (Vec::new(), None, true),
            Stage::Reading(progress) => (shares(&progress), None, false),
            Stage::Building(progress, building) => (shares(&progress), Some(building), false),
        };
        Some(NotThere { systems, building, has_failed })
    }

    /// Does something, and says in the log how far it is: once a second while it lasts.
    pub(crate) async fn telling<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let first = begun.checked_add(SAID_EVERY).unwrap_or(begun);
        let mut seconds = interval_at(first, SAID_EVERY);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = seconds.tick() => self.say(begun.elapsed()),
            }
        }
    }

    fn say(&self, since: Duration) {
        let Some(now) = self.not_there() else { return };
        let seconds = since.as_secs();
        let percent = now.percent();
        if let Some(Building { is_judging, done, all }) = now.building {
            let doing = if is_judging { "rules" } else { "connections" };
            tracing::info!(doing, done, all, seconds, "the graph is being built");
            return;
        }
        for share in now.systems.iter().filter(|share| !share.is_done()) {
            let Share { system, edges_read, edges, .. } = share;
            tracing::info!(%system, edges_read, edges, percent, seconds, "the graph is being loaded");
        }
    }

    fn becomes(&self, next: impl FnOnce(&Stage) -> Option<Stage>) {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = next(&stage) {
            *stage = next;
        }
    }
}

fn shares(progress: &Progress) -> Vec<Share> {
    let share = |run: &countersign_store::stage::facts::Reading| Share {
        system: run.source.clone(),
        edges_read: run.edges_read(),
        edges: run.edges,
        nodes_read: run.nodes_read(),
        nodes: run.nodes,
    };
    progress.runs().iter().map(share).collect()
}

impl fmt::Display for Building {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_judging, done, all } = self;
        let what = if *is_judging { "rules are judged" } else { "connections are put together" };
        write!(f, "{done} of {all} {what}")
    }
}

impl Share {
    fn is_done(&self) -> bool {
        self.edges_read >= self.edges && self.nodes_read >= self.nodes
    }
}

impl NotThere {
    /// Connections that are read back, and of how many.
    #[must_use]
    pub fn edges(&self) -> (u64, u64) {
        self.systems.iter().fold((0, 0), |(read, all), it| {
            (read.saturating_add(it.edges_read), all.saturating_add(it.edges))
        })
    }

    /// How much is read back, of things and connections together; all of it where there is nothing.
    #[must_use]
    pub fn percent(&self) -> u64 {
        let (read, all) = self.systems.iter().fold((0u64, 0u64), |(read, all), it| {
            let (done, whole) =
                (it.edges_read.saturating_add(it.nodes_read), it.edges.saturating_add(it.nodes));
            (read.saturating_add(done), all.saturating_add(whole))
        });
        read.min(all).saturating_mul(100).checked_div(all).unwrap_or(100)
    }
}

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was read before this server started is not taken in yet")?;
        if self.has_failed {
            return f.write_str(" and could not be this time: the log of the server says why");
        }
        let (read, all) = self.edges();
        if let Some(building) = self.building {
            write!(
                f,
                ": all {all} connections are loaded, and the graph is being built of them; "
            )?;
            write!(f, "{building}")?;
        } else if !self.systems.is_empty() {
            let percent = self.percent();
            write!(f, ": {read} of {all} connections are loaded, {percent} % of everything")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Building, Loading, NotThere, Share, SourceId};

    fn share(edges_read: u64, edges: u64) -> Share {
        let system = SourceId::new("app");
        Share { system, edges_read, edges, nodes_read: edges_read, nodes: edges }
    }

    #[test]
    fn how_far_it_is_is_told_until_the_graph_is_there_and_never_again() {
        let loading = Loading::default();
        assert!(loading.not_there().unwrap().to_string().ends_with("is not taken in yet"));
        loading.failed();
        assert!(
            loading.not_there().unwrap().to_string().ends_with("the log of the server says why")
        );
        loading.reading(super::Progress::default());
        loading.building(Building { is_judging: false, done: 1, all: 3 });
        loading.building(Building { is_judging: true, done: 2, all: 9 });
        let words = loading.not_there().unwrap().to_string();
        assert!(words.ends_with("built of them; 2 of 9 rules are judged"), "{words}");
        loading.there();
        // A later reload is nobody's concern: the graph from before goes on answering.
        loading.reading(super::Progress::default());
        loading.failed();
        assert_eq!(loading.not_there(), None);
    }

    #[test]
    fn a_share_is_of_everything_and_of_nothing_it_is_all() {
        let now = |systems| NotThere { systems, ..NotThere::default() };
        assert_eq!(now(vec![share(1, 4), share(2, 2)]).percent(), 50);
        assert_eq!(now(vec![share(9, 4)]).percent(), 100, "more came than was counted");
        assert_eq!(now(Vec::new()).percent(), 100);
        let words = now(vec![share(1, 4), share(2, 2)]).to_string();
        assert!(words.contains("3 of 6 connections are loaded, 50 % of everything"), "{words}");
    }
}
