//! The one door for questions: committed rows become what people and programs are shown. Never
//! decides, never changes anything.

pub mod accountability;
pub mod evidence;
pub mod exception;
pub mod finding;
pub mod graph;
pub mod held;
pub mod ledger;
pub mod owner;
pub mod person;
pub mod policy;
pub mod process;
pub mod review;
pub mod run;
pub mod system;
pub mod tier;
pub mod unsigned;
pub mod waits;

use countersign_store::Page;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list: `{version, items, next}`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// Version of this form.
    pub version: u32,
    /// What is on this page.
    pub items: Vec<T>,
    /// Cursor of the next page; null on the last.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A page whose rows were turned into what is shown.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { version: 1, items, next }
    }
}

/// Turns each row of a page, keeping the cursor.
pub(crate) fn each<R, T>(page: Page<R>, show: impl FnMut(R) -> T) -> List<T> {
    List::new(page.items.into_iter().map(show).collect(), page.next)
}
