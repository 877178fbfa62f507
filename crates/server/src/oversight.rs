//! To which process each rule belongs, how critical it is and whether the law or a supervisor has a say
//! in it. Read anew each time: a process becomes regulated without anything happening to the exceptions
//! under its rules. Decides nothing.

use std::collections::BTreeMap;

use countersign_governance::facts::Regulated;
use countersign_governance::process::{Criticality, Definition};
use countersign_governance::text::TextDigest;
use countersign_governance::{State, Subject};
use countersign_policy::folder::Folder;
use countersign_store::event::Stored;
use countersign_store::read::exception::{Filter, Item, list};
use countersign_store::{State as Row, Store, Tx, event, state};
use jiff::Timestamp;

use crate::door::{Door, NotDone};
use crate::kept;

/// Where it is read from: what is committed, or what a transaction sees.
pub(crate) enum Reading<'a> {
    /// What is committed.
    Store(&'a Store),
    /// What a transaction sees.
    Tx(&'a mut Tx),
}

/// What matters of a process for the cases under its rules.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// The short key by which rules name it.
    pub(crate) key: String,
    /// How critical it is.
    pub(crate) criticality: Criticality,
    /// Whether the law or a supervisor has a say in it.
    pub(crate) regulated: bool,
}

/// The processes of the rules, as far as this node can tell to which of them a rule belongs.
#[derive(Debug, Clone)]
pub(crate) struct Oversight {
    /// By rule id, as the policy of this node says; none where another policy is in force.
    by_rule: Option<BTreeMap<String, Process>>,
}

impl Oversight {
    /// Reads the processes.
    pub(crate) async fn read(door: &Door, mut from: Reading<'_>) -> Result<Self, NotDone> {
        if !from.rules_in_force(door).await? {
            return Ok(Self { by_rule: None });
        }
        Self::supposing(&door.policy, from).await
    }

    /// Reads the processes as if this policy were the one in force.
    pub(crate) async fn supposing(folder: &Folder, mut from: Reading<'_>) -> Result<Self, NotDone> {
        let (mut by_key, mut after) = (BTreeMap::<String, Process>::new(), String::new());
        loop {
            let rows = from.all("process", &after).await?;
            let Some(last) = rows.last() else { break };
            last.subject.clone_into(&mut after);
            for row in rows {
                let State::Process(Some(process)) = kept::parse(&row.state)? else { continue };
                let Definition { key, criticality, regulated, .. } = process.definition;
                let known = Process { key: key.clone(), criticality, regulated };
                by_key.entry(key).and_modify(|it| it.must_be(&known)).or_insert(known);
            }
        }
        let rules = folder.rules.packs.iter().flat_map(|pack| &pack.rules);
        let known = rules.filter_map(|rule| {
            Some((rule.id.clone(), by_key.get(rule.process.as_deref()?)?.clone()))
        });
        Ok(Self { by_rule: Some(known.collect()) })
    }

    /// Whether this node can tell anything: not where another policy is in force.
    pub(crate) fn is_known(&self) -> bool {
        self.by_rule.is_some()
    }

    /// The process to which a rule belongs; nothing when it names none that is known.
    pub(crate) fn process(&self, rule: &str) -> Option<&Process> {
        self.by_rule.as_ref()?.get(rule)
    }

    /// Whether the process of a rule is regulated.
    pub(crate) fn of(&self, rule: &str) -> Regulated {
        match (&self.by_rule, self.process(rule)) {
            (None, _) => Regulated::Unknown,
            (Some(_), Some(process)) if process.regulated => Regulated::Yes,
            (Some(_), _) => Regulated::No,
        }
    }
}

impl Process {
    /// Where two processes share a key, the stricter one counts.
    fn must_be(&mut self, other: &Self) {
        self.criticality = self.criticality.max(other.criticality);
        self.regulated |= other.regulated;
    }
}

/// Whether this node judges by the rules in force: what others show proves nothing.
pub(crate) async fn rules_in_force(door: &Door, tx: &mut Tx) -> Result<bool, NotDone> {
    Reading::Tx(tx).rules_in_force(door).await
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
            | State::Gap(_)
            | State::Review(_)
            | State::Item(_) => true,
        })
    }

    /// The events of a subject after this one, in order.
    pub(crate) async fn history(
        &mut self,
        subject: &str,
        after: i64,
    ) -> Result<Vec<Stored>, NotDone> {
        Ok(match self {
            Self::Store(store) => event::history(*store, subject, after).await?,
            Self::Tx(tx) => event::history(&mut **tx, subject, after).await?,
        })
    }

    /// The newest exceptions about a finding, as they stand at `now`.
    pub(crate) async fn exceptions(
        &mut self,
        finding: &str,
        (now, most): (Timestamp, i64),
    ) -> Result<Vec<Item>, NotDone> {
        let filter = Filter { finding: Some(finding), ..Filter::default() };
        let page = match self {
            Self::Store(store) => list(*store, &filter, now, (None, most)).await?,
            Self::Tx(tx) => list(&mut **tx, &filter, now, (None, most)).await?,
        };
        Ok(page.items)
    }

    /// The words behind a digest; none when they were erased or never kept.
    pub(crate) async fn words(&mut self, digest: &TextDigest) -> Result<Option<String>, NotDone> {
        match self {
            Self::Store(store) => kept::read_words(store, digest).await,
            Self::Tx(tx) => kept::words(tx, &[], digest).await,
        }
    }

    /// The records of a kind after this one, in order.
    pub(crate) async fn all(&mut self, kind: &str, after: &str) -> Result<Vec<Row>, NotDone> {
        Ok(match self {
            Self::Store(store) => state::all(*store, kind, after).await?,
            Self::Tx(tx) => state::all(&mut **tx, kind, after).await?,
        })
    }
}
