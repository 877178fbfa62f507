//! Graphs of past times that somebody asked for lately. Builds none.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::Shown;

/// How many past graphs are kept for the next question; two, so that they can be compared.
const KEPT: usize = 2;

/// Past graphs that somebody asked for lately, and the right to build another: one at a time, because
/// each is as large as the present one.
#[derive(Debug, Default)]
pub(crate) struct Past {
    kept: Mutex<VecDeque<Built>>,
    building: Arc<tokio::sync::Mutex<()>>,
}

/// A past graph, by the runs that are in it.
#[derive(Debug, Clone)]
struct Built {
    runs: Vec<String>,
    shown: Arc<Shown>,
}

impl Past {
    /// The graph of these runs, if it is kept.
    pub(crate) fn kept(&self, runs: &[String]) -> Option<Arc<Shown>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|built| built.runs == runs).map(|built| Arc::clone(&built.shown))
    }

    /// Keeps a graph; the oldest goes when there are too many.
    pub(crate) fn keep(&self, runs: Vec<String>, shown: Arc<Shown>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Built { runs, shown });
        while kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// Waits for the right to build one.
    pub(crate) async fn to_build(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.building).lock_owned().await
    }
}
