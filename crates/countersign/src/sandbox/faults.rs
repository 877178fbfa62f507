//! How a sandbox misbehaves when it is told to, so that the loop can be seen to notice. Given as
//! hidden flags or in the file's field `faults`; without either it behaves.

use clap::Args;
use serde::{Deserialize, Serialize};

/// Misbehaviour, all off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Faults {
    /// Say `changed` to every order and do nothing
    #[arg(long, hide = true)]
    pub(super) lie: bool,
    /// Refuse every order as denied
    #[arg(long, hide = true)]
    pub(super) deny: bool,
    /// Say hello and then never answer again
    #[arg(long, hide = true, alias = "slow")]
    #[serde(alias = "slow")]
    pub(super) hang: bool,
    /// Abort after a change is on disk and before it is answered
    #[arg(long, hide = true)]
    pub(super) crash_after_enforce: bool,
    /// Stop for good when the new state is written beside the file and not yet in its place
    #[arg(long, hide = true)]
    pub(super) hang_before_rename: bool,
}

impl Faults {
    /// Every fault of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            lie: self.lie || other.lie,
            deny: self.deny || other.deny,
            hang: self.hang || other.hang,
            crash_after_enforce: self.crash_after_enforce || other.crash_after_enforce,
            hang_before_rename: self.hang_before_rename || other.hang_before_rename,
        }
    }
}
