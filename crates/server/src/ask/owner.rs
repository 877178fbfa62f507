//! Who should own an open finding, along the ways that the policy names, and why it is them (ACC-5). A
//! proposal: somebody assigns it or does not.

use std::collections::BTreeSet;

use countersign_access::finding::NodeRef;
use countersign_access::node::NodeKind;
use countersign_governance::accountability::Plane;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::entrust::{self, Entrust};
use countersign_governance::finding::{Command as Verb, assign::Assign};
use countersign_governance::id::{FindingId, PersonId};
use countersign_governance::person::Person;
use countersign_governance::process::Definition;
use countersign_governance::refusal::Refusal;
use countersign_governance::{Command, State};
use countersign_policy::raci::{Owner, Wanted, Way, resolve};
use countersign_store::read::finding::Item;
use countersign_store::state;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::{bare, case};
use crate::accountable::Standing;
use crate::act::{Asked, Door, NotDone};
use crate::kept;

/// Who should own a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FindingOwner)]
pub struct Proposed {
    /// Version of this form.
    pub version: u32,
    /// The id of the person; null where no way led to somebody who can own it.
    pub person: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Every way that was tried, in order; the last one led to the person.
    pub tried: Vec<Tried>,
}

/// What came of one way to an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FindingOwnerTried)]
pub struct Tried {
    /// `explicit`, `system`, `process` or `fallback`.
    pub way: String,
    /// What it led to, in words.
    pub why: String,
}

impl Proposed {
    /// Why it is them, in words.
    #[must_use]
    pub fn why(&self) -> &str {
        self.tried.last().map_or("no way to an owner is named", |tried| tried.why.as_str())
    }
}

/// Who should own a finding, as somebody who could assign it would find out.
///
/// # Errors
/// When the store cannot answer.
pub async fn proposed(door: &Door, actor: Actor, item: &Item) -> Result<Proposed, NotDone> {
    let assign = |owner| Verb::Assign(Assign { owner });
    let (standing, owner) = resolved(door, (actor, &assign), item).await?;
    Ok(told(&standing, owner))
}

/// The one who should own a finding, and along which way, where there is no doubt about them.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn beyond_doubt(
    door: &Door,
    item: &Item,
) -> Result<Option<(PersonId, entrust::Way)>, NotDone> {
    // Along which way does not matter for whether they could.
    let entrust = |owner| Verb::Entrust(Entrust { owner, way: entrust::Way::Explicit });
    let steward = Actor::Machine(Machine::Steward);
    let (_, owner) = resolved(door, (steward, &entrust), item).await?;
    Ok(owner.beyond_doubt().and_then(|(person, way)| {
        let way = match way {
            Way::Explicit => entrust::Way::Explicit,
            Way::System => entrust::Way::System,
            Way::Process => entrust::Way::Process,
            Way::Fallback => return None,
        };
        Some((person, way))
    }))
}

/// Who asks for what, for whom.
type Asking<'a> = (Actor, &'a (dyn Fn(PersonId) -> Verb + Sync));

async fn resolved(
    door: &Door,
    asking: Asking<'_>,
    item: &Item,
) -> Result<(Standing, Owner), NotDone> {
    let standing = Standing::read(door).await?;
    let detail = match case(item)? {
        Some(case) => super::finding::detail(door, &case).await?,
        None => None,
    };
    let root = detail.as_ref().map(|detail| &detail.root_cause);
    let wanted = Wanted {
        explicit: None,
        system: root.map(|root| (plane(root), root.system.as_str())),
        process: process(door, &item.row.rule).await?.map(|it| it.owner),
    };
    let sits = |id: &PersonId| {
        standing.people.get(id).is_some_and(|human| Person::can_carry(&human.person))
    };
    let mut seated: BTreeSet<PersonId> = BTreeSet::new();
    // Every way is asked by itself, so that all whom one could lead to are known.
    for way in &standing.raci.resolve {
        let alone = countersign_policy::raci::Raci { resolve: vec![*way], ..standing.raci.clone() };
        seated.extend(resolve(&alone, wanted, |id| sits(&id)).person);
    }
    let part = with_part(door, asking, item, &seated).await?;
    let owner = resolve(&standing.raci, wanted, |id| sits(&id) && !part.contains(&id));
    Ok((standing, owner))
}

/// Those of them who have part in the access, as the door sees it.
async fn with_part(
    door: &Door,
    (actor, verb): Asking<'_>,
    item: &Item,
    people: &BTreeSet<PersonId>,
) -> Result<BTreeSet<PersonId>, NotDone> {
    let Ok(id) = bare(&item.row.id).parse::<FindingId>() else { return Ok(BTreeSet::new()) };
    let asked = |owner: &PersonId| Asked::new(actor, Command::Finding(id, verb(*owner)));
    match door.would(people.iter().map(asked).collect()).await {
        Ok(answers) => {
            let no = |(id, answer): (&PersonId, Result<(), Refusal>)| {
                matches!(answer, Err(Refusal::CannotOwn)).then_some(*id)
            };
            Ok(people.iter().zip(answers).filter_map(no).collect())
        }
        // Without a graph it cannot be told yet; the door looks again when somebody assigns it.
        Err(NotDone::NoGraph(_) | NotDone::Moved) => Ok(BTreeSet::new()),
        Err(problem) => Err(problem),
    }
}

fn told(standing: &Standing, owner: Owner) -> Proposed {
    let way = |way: Way| way.as_str().to_owned();
    let tried = owner.tried.iter();
    Proposed {
        version: 1,
        person: owner.person.map(|id| id.to_string()),
        name: owner.person.map(|id| standing.name(id)),
        tried: tried.map(|it| Tried { way: way(it.way), why: it.why.to_owned() }).collect(),
    }
}

/// In whose hands what stands at the root of a finding is.
fn plane(root: &NodeRef) -> Plane {
    match root.kind {
        NodeKind::ServiceAccount | NodeKind::Workload | NodeKind::Pipeline | NodeKind::AiAgent => {
            Plane::ServiceAccounts
        }
        NodeKind::Vendor => Plane::Suppliers,
        NodeKind::Credential => Plane::Credentials,
        NodeKind::Person
        | NodeKind::Account
        | NodeKind::Group
        | NodeKind::Role
        | NodeKind::Entitlement
        | NodeKind::Resource
        | NodeKind::System
        | NodeKind::Process => Plane::Approval,
    }
}

/// What is known of the process to which a rule belongs.
pub(crate) async fn process(door: &Door, rule: &str) -> Result<Option<Definition>, NotDone> {
    let mut rules = door.policy.rules.packs.iter().flat_map(|pack| &pack.rules);
    let key = rules.find(|it| it.id == rule).and_then(|rule| rule.process.as_deref());
    let Some(key) = key else { return Ok(None) };
    let mut after = String::new();
    loop {
        let rows = state::all(&door.store, "process", &after).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Process(Some(process)) = kept::parse(&row.state)? else { continue };
            if process.definition.key == key {
                return Ok(Some(process.definition));
            }
        }
    }
}
