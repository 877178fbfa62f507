//! How grave a gap is and by when it is to be gone: the tier of what its system serves, by the rule of the
//! policy for every other case, and the time that this tier gives. Nothing of it is kept: it is computed
//! from when the gap was opened, by the policy in force.

use std::collections::BTreeMap;

use countersign_access::fact::SourceId;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Body, Need, Rule, Selector};
use countersign_governance::gap::Gap;
use countersign_governance::id::SystemId;
use countersign_governance::process::Criticality;
use countersign_policy::tier::{Radius, Tier};
use jiff::Timestamp;

use super::Standing;
use crate::door::{Door, NotDone};
use crate::oversight::{Oversight, Reading};

/// The tier of each connected system, and that of gaps of people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weights {
    systems: BTreeMap<SystemId, String>,
    people: Option<String>,
}

/// How grave one gap is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    /// The tier's short name.
    pub(crate) tier: String,
    /// By when it is to be gone; nothing where no date can be counted.
    pub(crate) due: Option<Timestamp>,
}

impl Weights {
    /// Of every connected system: how critical the processes are that it serves, and how many resources it
    /// has.
    pub(crate) async fn read(door: &Door, standing: &Standing) -> Result<Self, NotDone> {
        let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
        let found = serves(door, &oversight, standing);
        let tiers = &door.policy.tiers;
        let of = |(name, system): (&String, &countersign_governance::system::System)| {
            let radius = Radius { resources: resources(door, name), complete: true };
            let tier = tiers.of(found.get(name.as_str()).copied(), radius);
            tier.map(|tier: &Tier| (system.id, tier.id.clone()))
        };
        Ok(Self {
            systems: standing.systems.iter().filter_map(of).collect(),
            people: tiers.administration().map(|tier| tier.id.clone()),
        })
    }

    /// How grave a gap is: that of a person is one of our own administration.
    pub(crate) fn of(&self, door: &Door, gap: &Gap) -> Option<Weight> {
        let tier = match gap.known.system {
            Some(system) => self.systems.get(&system),
            None => self.people.as_ref(),
        }?;
        let sla = door.policy.sla(tier)?;
        let due = sla.due(gap.opened_at, &door.policy.calendar).ok();
        Some(Weight { tier: tier.clone(), due })
    }
}

/// How critical the gravest process is that each system serves: by the rules that name the system, and by
/// the findings on it.
fn serves<'a>(
    door: &'a Door,
    oversight: &Oversight,
    standing: &'a Standing,
) -> BTreeMap<&'a str, Criticality> {
    let mut found: BTreeMap<&str, Criticality> = BTreeMap::new();
    let mut add = |system: &'a str, rule: &str| {
        if let Some(process) = oversight.process(rule) {
            let known = found.entry(system).or_insert(process.criticality);
            *known = (*known).max(process.criticality);
        }
    };
    for rule in door.policy.rules.packs.iter().flat_map(|pack| &pack.rules) {
        let named = standing.systems.keys().filter(|system| names(rule, system));
        named.for_each(|system| add(system, &rule.id));
    }
    let shown = door.graph.read();
    for finding in shown.engine.findings().values() {
        if let Some((system, _)) = standing.systems.get_key_value(&finding.root_cause.system) {
            add(system, &finding.rule);
        }
    }
    found
}

/// Whether a rule is about this system by name. A rule that names none says nothing about it.
fn names(rule: &Rule, system: &str) -> bool {
    let selects = |it: &Selector| it.system.as_ref().is_some_and(|glob| glob.matches(system));
    let scoped = rule.scope.system.as_ref().is_some_and(|glob| glob.matches(system));
    scoped
        || match &rule.body {
            Body::Sides(sides) => sides.iter().any(|side| match &side.need {
                Need::Any(all) | Need::All(all) => all.iter().any(selects),
            }),
            Body::Where(it) => it.system.as_ref().is_some_and(|glob| glob.matches(system)),
        }
}

fn resources(door: &Door, system: &str) -> u64 {
    let shown = door.graph.read();
    let nodes = shown.engine.said_by(&SourceId::new(system));
    let nodes = nodes.into_iter().flat_map(|run| &run.facts.nodes);
    u64::try_from(nodes.filter(|node| node.kind == NodeKind::Resource).count()).unwrap_or(u64::MAX)
}
