//! An item is put before somebody, frozen as the graph shows it. Twice is once: after a crash the
//! registrar says all of them again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Item, Known, Standing};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::{ItemId, PersonId};
use crate::instant::Instant;
use crate::refusal::Refusal;

/// What is put before whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What.
    pub known: Known,
    /// Whom: at least one person.
    pub reviewers: BTreeSet<PersonId>,
}

/// It is before somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// What.
    pub known: Known,
    /// Who is asked.
    pub reviewers: BTreeSet<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn open(
    state: Option<&Item>,
    facts: &Facts,
    command: Open,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Registrar)?;
    if state.is_some() {
        return Ok(Vec::new());
    }
    let Open { known, reviewers } = command;
    if reviewers.is_empty() {
        return Err(Refusal::NobodyElse);
    }
    Ok(vec![Event::Opened(Opened { known, reviewers, at: facts.now })])
}

pub(super) fn begin(id: ItemId, opened: &Opened) -> Item {
    Item {
        id,
        known: opened.known.clone(),
        opened_at: opened.at,
        stage: 0,
        reviewers: opened.reviewers.clone(),
        asked_at: opened.at,
        escalated: false,
        passed: BTreeSet::new(),
        decisions: Vec::new(),
        standing: Standing::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Command;
    use crate::item::scene::{Case, facts, known, machine};
    use crate::scene::{ADMIN, id};

    #[test]
    fn an_item_is_put_before_somebody_once_and_never_before_nobody() {
        let open = |people: &[u128]| {
            let reviewers = people.iter().map(|n| id(*n)).collect();
            Command::Open(Open { known: known(), reviewers })
        };
        let registrar = machine(Machine::Registrar, 3);
        assert_eq!(Case::nothing().refused(&registrar, open(&[])), "case.nobody-else");
        assert_eq!(Case::nothing().refused(&facts(ADMIN, 3), open(&[1])), "duty.wrong-actor");
        let case = Case::nothing().then(&registrar, open(&[1]));
        assert_eq!(case.status(), "open");
        assert_eq!(case.ask(&registrar, open(&[2])), Ok(Vec::new()));
    }
}
