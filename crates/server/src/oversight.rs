//! Which rules belong to a process that the law or a supervisor has a say in, and what else is so around
//! an exception when it is asked about. Read anew each time: a process becomes regulated without anything
//! happening to the exceptions under its rules. Decides nothing.

use std::collections::BTreeSet;

use countersign_governance::exception::{Around, Exception};
use countersign_governance::facts::Regulated;
use countersign_governance::person::Person;
use countersign_governance::{State, Subject};
use countersign_store::{State as Row, Store, Tx, state};

use crate::door::{Door, NotDone};
use crate::kept;

/// Where it is read from: what is committed, or what a transaction sees.
pub(crate) enum Reading<'a> {
    /// What is committed.
    Store(&'a Store),
    /// What a transaction sees.
    Tx(&'a mut Tx),
}

/// The keys of the processes that are regulated, as far as this node can tell what they mean.
#[derive(Debug, Clone)]
pub(crate) struct Oversight {
    /// None where other rules are in force: then this node does not know to which process a rule
    /// belongs.
    keys: Option<BTreeSet<String>>,
}

impl Oversight {
    /// Reads the processes.
    pub(crate) async fn read(door: &Door, mut from: Reading<'_>) -> Result<Self, NotDone> {
        if !from.rules_in_force(door).await? {
            return Ok(Self { keys: None });
        }
        let (mut keys, mut after) = (BTreeSet::new(), String::new());
        loop {
            let rows = from.processes(&after).await?;
            let Some(last) = rows.last() else { return Ok(Self { keys: Some(keys) }) };
            last.subject.clone_into(&mut after);
            for row in rows {
                // Where two processes share a key, the stricter one counts.
                if let State::Process(Some(process)) = kept::parse(&row.state)?
                    && process.definition.regulated
                {
                    keys.insert(process.definition.key);
                }
            }
        }
    }

    /// Whether the process of a rule is regulated.
    pub(crate) fn of(&self, door: &Door, rule: &str) -> Regulated {
        let Some(keys) = &self.keys else { return Regulated::Unknown };
        let is_regulated = process_key(door, rule).is_some_and(|key| keys.contains(key));
        if is_regulated { Regulated::Yes } else { Regulated::No }
    }

    /// What is so around an exception, with its owner as they are now.
    pub(crate) fn around(&self, door: &Door, case: &Exception, owner: Option<&Person>) -> Around {
        let regulated = self.of(door, &case.pin.rule);
        Around { regulated, is_owned: owner.is_some_and(Person::can_carry) }
    }
}

/// What is so around an exception now, for whoever shows it.
///
/// # Errors
/// When the store cannot answer.
pub async fn around(door: &Door, case: &Exception) -> Result<Around, NotDone> {
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    let owner = person(&door.store, case).await?;
    Ok(oversight.around(door, case, owner.as_ref()))
}

/// The record of an exception's owner.
pub(crate) async fn person(store: &Store, case: &Exception) -> Result<Option<Person>, NotDone> {
    match kept::look(store, Subject::Person(case.owner())).await?.0 {
        State::Person(person) => Ok(person),
        State::Finding(_)
        | State::Exception(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_) => Ok(None),
    }
}

/// Whether this node judges by the rules in force: what others show proves nothing.
pub(crate) async fn rules_in_force(door: &Door, tx: &mut Tx) -> Result<bool, NotDone> {
    Reading::Tx(tx).rules_in_force(door).await
}

/// The key of the process to which a rule belongs.
fn process_key<'a>(door: &'a Door, rule: &str) -> Option<&'a str> {
    let rules = door.policy.rules.packs.iter().flat_map(|pack| &pack.rules);
    rules.into_iter().find(|it| it.id == rule)?.process.as_deref()
}

impl Reading<'_> {
    async fn rules_in_force(&mut self, door: &Door) -> Result<bool, NotDone> {
        let state = match self {
            Self::Store(store) => kept::look(store, Subject::Policy).await?.0,
            Self::Tx(tx) => kept::load(tx, Subject::Policy).await?.state,
        };
        Ok(match state {
            State::Policy(Some(policy)) => policy.digest == door.policy.digest,
            State::Policy(None)
            | State::Finding(_)
            | State::Person(_)
            | State::Process(_)
            | State::Exception(_)
            | State::System(_)
            | State::Accountability(_)
            | State::Gap(_) => true,
        })
    }

    async fn processes(&mut self, after: &str) -> Result<Vec<Row>, NotDone> {
        Ok(match self {
            Self::Store(store) => state::all(*store, "process", after).await?,
            Self::Tx(tx) => state::all(&mut **tx, "process", after).await?,
        })
    }
}
