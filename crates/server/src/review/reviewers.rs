//! Who is asked about an access: by the rule of the stage, else by its fallback, else whoever can be; never
//! somebody who has part in the access, decided about it before, or said that it is not theirs.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::finding::NodeRef;
use countersign_access::node::NodeId;
use countersign_governance::State;
use countersign_governance::accountability::Plane;
use countersign_governance::campaign::{Plan, Reviewers, StagePlan};
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::seat::SeatName;
use countersign_policy::raci::{Wanted, resolve};
use countersign_store::state;
use jiff::Timestamp;

use crate::accountable::Standing;
use crate::door::{Door, NotDone};
use crate::kept;

/// Who is there to be asked, read once for many items.
#[derive(Debug)]
pub(crate) struct Candidates {
    standing: Standing,
    /// Who owns the risk of a process, by its short key.
    owners: BTreeMap<String, PersonId>,
    /// Whose an identity is.
    identities: BTreeMap<NodeId, BTreeSet<PersonId>>,
    now: Timestamp,
}

/// What is asked about: the access and the process that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) entitlement: &'a NodeRef,
    pub(crate) process: Option<&'a str>,
    /// Who is not asked, whoever else they are.
    pub(crate) not: &'a BTreeSet<PersonId>,
}

impl Candidates {
    /// As it is committed.
    pub(crate) async fn read(door: &Door) -> Result<Self, NotDone> {
        let standing = Standing::read(door).await?;
        let mut identities: BTreeMap<NodeId, BTreeSet<PersonId>> = BTreeMap::new();
        for (id, human) in &standing.people {
            let digest = &human.person.appointment().identities;
            let words = kept::read_words(&door.store, digest).await?;
            let ids = words.and_then(|words| serde_json::from_str::<Vec<NodeId>>(&words).ok());
            for node in ids.into_iter().flatten() {
                identities.entry(node).or_default().insert(*id);
            }
        }
        let owners = owners(door).await?;
        Ok(Self { standing, owners, identities, now: door.clock.now() })
    }

    /// Everybody one of whose identities is among these, or who stands in for one of them.
    pub(crate) fn with_part(&self, nodes: &BTreeSet<NodeId>) -> BTreeSet<PersonId> {
        let theirs = nodes.iter().filter_map(|node| self.identities.get(node)).flatten();
        let theirs: BTreeSet<PersonId> = theirs.copied().collect();
        let stands_in =
            |person: &Person| person.stands_in_for(self.now).any(|other| theirs.contains(&other));
        let humans = self.standing.people.values().map(|human| &human.person);
        let also: Vec<PersonId> =
            humans.filter(|person| stands_in(person)).map(Person::id).collect();
        theirs.into_iter().chain(also).collect()
    }

    fn can(&self, id: PersonId, not: &BTreeSet<PersonId>) -> bool {
        let human = self.standing.people.get(&id);
        human.is_some_and(|it| it.person.can_answer()) && !not.contains(&id)
    }

    /// Whoever is asked in a stage; nobody only where nobody can be.
    pub(crate) fn of_stage(
        &self,
        stage: &StagePlan,
        about: About<'_>,
        started_by: Option<PersonId>,
    ) -> BTreeSet<PersonId> {
        let can = |id: &PersonId| self.can(*id, about.not);
        let found: BTreeSet<PersonId> = match &stage.reviewers {
            Reviewers::People { people } => people.iter().copied().filter(can).collect(),
            Reviewers::Owner => self.owner(about).into_iter().collect(),
            Reviewers::ProcessOwner => self.process(about).into_iter().filter(can).collect(),
            Reviewers::SystemOwner => self.system(about).into_iter().filter(can).collect(),
        };
        if !found.is_empty() {
            return found;
        }
        self.somebody([stage.fallback, started_by], about).into_iter().collect()
    }

    /// Who is asked instead of those who are asked now: the next along the ways to an owner.
    pub(crate) fn instead(
        &self,
        plan: &Plan,
        stage: usize,
        about: About<'_>,
        started_by: Option<PersonId>,
    ) -> Option<PersonId> {
        let can = |id: &PersonId| self.can(*id, about.not);
        let named = self.process(about).into_iter().chain(self.system(about)).find(can);
        let fallback = plan.stages.get(stage).and_then(|stage| stage.fallback);
        let found = self.owner(about).or(named);
        found.or_else(|| self.somebody([fallback, started_by], about))
    }

    /// The owner along the ways that the policy names.
    fn owner(&self, about: About<'_>) -> Option<PersonId> {
        let wanted = Wanted {
            explicit: None,
            system: Some((Plane::Approval, about.entitlement.system.as_str())),
            process: self.process(about),
        };
        resolve(&self.standing.raci, wanted, |id| self.can(id, about.not)).person
    }

    fn process(&self, about: About<'_>) -> Option<PersonId> {
        self.owners.get(about.process?).copied()
    }

    fn system(&self, about: About<'_>) -> Option<PersonId> {
        let rows = self.standing.raci.rows(Plane::Approval, &about.entitlement.system);
        match rows.as_slice() {
            [row] => Some(row.accountable),
            _ => None,
        }
    }

    /// One of these, else anybody in the control, the business or the security seat who can be asked.
    fn somebody(&self, first: [Option<PersonId>; 2], about: About<'_>) -> Option<PersonId> {
        let mut first = first.into_iter().flatten();
        if let Some(found) = first.find(|id| self.can(*id, about.not)) {
            return Some(found);
        }
        let seated = |seat: SeatName| {
            let people = self.standing.people.values().map(|human| &human.person);
            people
                .filter(move |person| person.seats().contains(&seat))
                .map(Person::id)
                .find(|id| self.can(*id, about.not))
        };
        [SeatName::Control, SeatName::Business, SeatName::Security].into_iter().find_map(seated)
    }
}

async fn owners(door: &Door) -> Result<BTreeMap<String, PersonId>, NotDone> {
    let (mut owners, mut after) = (BTreeMap::new(), String::new());
    loop {
        let rows = state::all(&door.store, "process", &after).await?;
        let Some(last) = rows.last() else { return Ok(owners) };
        last.subject.clone_into(&mut after);
        for row in rows {
            if let State::Process(Some(process)) = kept::parse(&row.state)? {
                owners.insert(process.definition.key, process.definition.owner);
            }
        }
    }
}
