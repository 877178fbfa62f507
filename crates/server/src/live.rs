//! The policy by which this node decides at this moment: taken up whole or not at all, while the node
//! runs. What is kept of it by somebody stays the same to the end of what they are at.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use countersign_policy::folder::{Folder, Report};

/// The policy by which this node decides; clones share it.
#[derive(Debug, Clone)]
pub struct Live(Arc<RwLock<Now>>);

#[derive(Debug)]
struct Now {
    folder: Arc<Folder>,
    behind: Option<Behind>,
    tests: Tests,
}

/// What came of the tests beside a policy, or why they cannot be used; nothing while they run.
type Tests = Arc<OnceLock<Outcome>>;
type Outcome = Arc<Result<Report, Vec<String>>>;

/// The policy in force, where this node has another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Digest of the policy in force.
    pub in_force: String,
    /// Why this node could not take it up.
    pub why: String,
}

impl Live {
    /// Decides by this policy.
    #[must_use]
    pub fn new(folder: Arc<Folder>) -> Self {
        Self(Arc::new(RwLock::new(Now { folder, behind: None, tests: Tests::default() })))
    }

    /// The policy by which it is decided now.
    #[must_use]
    pub fn folder(&self) -> Arc<Folder> {
        // A panic while a handle is copied or put leaves the policy as it was.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).folder)
    }

    /// The policy in force, where this node could not take it up.
    #[must_use]
    pub fn behind(&self) -> Option<Behind> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).behind.clone()
    }

    /// Decides by this policy from now on, which is in force.
    pub(crate) fn put(&self, folder: Arc<Folder>) {
        let now = Now { folder, behind: None, tests: Tests::default() };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = now;
        self.test();
    }

    /// Runs the tests beside the policy, once, beside everything else.
    pub(crate) fn test(&self) {
        let (folder, tests) = {
            let now = self.0.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&now.folder), Arc::clone(&now.tests))
        };
        tokio::task::spawn_blocking(move || {
            let outcome = folder.test(&folder.texts);
            let outcome =
                outcome.map_err(|bad| bad.iter().map(ToString::to_string).collect::<Vec<_>>());
            if outcome.as_ref().map_or(true, |report| !report.is_good()) {
                tracing::warn!(policy = %folder.digest, "tests beside the policy do not hold");
            }
            // Nobody else runs them.
            let _ = tests.set(Arc::new(outcome));
        });
    }

    /// What came of the tests beside this policy; nothing while they run, or where it is another one now.
    #[must_use]
    pub fn tested(&self, folder: &Folder) -> Option<Outcome> {
        let now = self.0.read().unwrap_or_else(PoisonError::into_inner);
        now.tests.get().filter(|_| now.folder.digest == folder.digest).cloned()
    }

    /// Notes that another policy is in force, or that it is this one again.
    pub(crate) fn set_behind(&self, behind: Option<Behind>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).behind = behind;
    }
}
