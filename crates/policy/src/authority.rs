//! Who may do which verb: policies in Cedar, read, validated and indexed. Authority only narrows; the laws
//! of governance are checked after it.

mod ask;
mod entity;
mod index;
mod read;
mod set;
mod statement;

use countersign_governance::authority::Verb;

pub use ask::{Ask, Case, Situation, Strength, Who};
pub use entity::NotAsked;
pub use index::EVALUATED_MAX;
pub(crate) use read::read;
pub use read::{POLICIES_MAX, SCHEMA};
pub use set::{About, Answer, Authorities, May, Reads};

use crate::rules::word::Word;

impl Word for Verb {
    const NOUN: &'static str = "verb";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}
