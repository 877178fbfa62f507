//! The single edges that clear whole findings. A finding is a rule and those whom it affects, and is
//! cleared when none of them meets the rule any more, so that an edge clears it exactly when it is a
//! bridge ([`super::bridge`]) of every one of them on some side: what remains of the first one's chains
//! when all others have been asked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::bridge::ROOT;
use super::meeting::Meeting;
use super::meter::{Limits, Meter, Stopped};
use super::side::Side;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// A rule, by its position, and those whom it affects, by the numbers of their nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group<'a> {
    /// Position of the rule.
    pub rule: usize,
    /// Who is affected.
    pub holders: &'a [u32],
}

/// What an edge clears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clears {
    /// The node that gains.
    pub from: u32,
    /// The node from which it gains.
    pub to: u32,
    /// Positions of the groups that it clears, in order.
    pub groups: Vec<usize>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    /// Those that clear most first, then by the numbers of their nodes. None that clears nothing.
    pub edges: Vec<Clears>,
    /// Groups that were not looked at, because a limit was met: with none the answer is exact.
    pub left: usize,
}

/// The `top` single edges that clear most groups, of those that `may_cut` allows, which is asked with the
/// numbers of the node that gains and of the one it gains from. Whoever of a group does not meet its rule
/// does not count, and a group of which nobody does is cleared by nothing.
#[must_use]
pub fn clearing(
    snapshot: &Snapshot,
    (rules, groups): (&[Demand], &[Group<'_>]),
    top: usize,
    may_cut: &dyn Fn(u32, u32) -> bool,
    limits: Limits<'_>,
) -> Clearing {
    let mut by_rule: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        by_rule.entry(group.rule).or_default().push(number);
    }
    let mut clearer = Clearer::new(snapshot, limits);
    let mut cleared: HashMap<(u32, u32), Vec<usize>> = HashMap::new();
    let mut left = groups.len();
    for (rule, numbers) in by_rule {
        clearer.meter.done(groups.len() - left, groups.len());
        let here: Vec<&[u32]> =
            numbers.iter().filter_map(|number| Some(groups.get(*number)?.holders)).collect();
        let Some(found) = clearer.rule(rules.get(rule).into_iter().cloned(), &here) else { break };
        for (number, edges) in numbers.iter().zip(found) {
            for edge in edges {
                cleared.entry(edge).or_default().push(*number);
            }
        }
        left -= numbers.len();
    }
    let all = cleared.into_iter().map(|((from, to), mut groups)| {
        groups.sort_unstable();
        Clears { from, to, groups }
    });
    let mut edges: Vec<Clears> = all.filter(|it| may_cut(it.from, it.to)).collect();
    edges.sort_unstable_by_key(|it| (Reverse(it.groups.len()), it.from, it.to));
    edges.truncate(top);
    Clearing { edges, left }
}

/// Finds what clears the groups of one rule after the other, with memory for many.
#[derive(Debug)]
pub struct Clearer<'a> {
    snapshot: &'a Snapshot,
    meeting: Meeting<'a>,
    meter: Meter<'a>,
}

impl<'a> Clearer<'a> {
    /// For rules over one snapshot, all together within the limits.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, limits: Limits<'a>) -> Self {
        Self { snapshot, meeting: Meeting::new(snapshot, Slot::MAX), meter: Meter::new(limits) }
    }

    /// For each group of holders the single edges that clear it, in order, each as the numbers of the
    /// node that gains and of the one it gains from. The rule is met by whoever meets any of its
    /// demands, of which one is looked at after the other and none is kept. Whoever does not meet it
    /// does not count. None once a limit was met.
    pub fn rule(
        &mut self,
        any_of: impl IntoIterator<Item = Demand>,
        groups: &[&[u32]],
    ) -> Option<Vec<Vec<(u32, u32)>>> {
        let mut sharing = Sharing::of(self.snapshot, groups);
        for demand in any_of {
            if sharing.open == 0 {
                break;
            }
            let met = self.meeting.rule(&demand, &mut self.meter).ok()?;
            let Some((met, sides)) = met else { continue };
            sharing.narrow(met, sides, &mut self.meter).ok()?;
        }
        let node = |slot: Slot| self.snapshot.node(slot).unwrap_or(u32::MAX);
        let named = |edges: Vec<(Slot, Slot)>| {
            let mut edges: Vec<(u32, u32)> =
                edges.into_iter().map(|(from, to)| (node(from), node(to))).collect();
            edges.sort_unstable();
            edges
        };
        Some(sharing.shared.into_iter().map(|edges| named(edges.unwrap_or_default())).collect())
    }
}

/// What the chains of those of each group have in common.
struct Sharing {
    /// Who is in which group, in order.
    members: Vec<(Slot, usize)>,
    /// By group; none where nobody meets the rule so far.
    shared: Vec<Option<Vec<(Slot, Slot)>>>,
    /// Groups of which it is not known yet that they have nothing in common.
    open: usize,
}

impl Sharing {
    fn of(snapshot: &Snapshot, groups: &[&[u32]]) -> Self {
        let slots = groups.iter().enumerate().flat_map(|(number, holders)| {
            let slots = holders.iter().filter_map(|holder| snapshot.slot(*holder));
            slots.map(move |slot| (slot, number))
        });
        let mut members: Vec<(Slot, usize)> = slots.collect();
        members.sort_unstable();
        Self { members, shared: vec![None; groups.len()], open: groups.len() }
    }

    fn narrow(
        &mut self,
        met: &[Slot],
        sides: &[Side],
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        for (place, slot) in met.iter().enumerate() {
            if self.open == 0 {
                break;
            }
            let first = self.members.partition_point(|(member, _)| member < slot);
            let own = self.members.iter().skip(first).take_while(|(member, _)| member == slot);
            let mut chain: Option<Vec<(Slot, Slot)>> = None;
            for (_, number) in own {
                let Some(shared) = self.shared.get_mut(*number) else { continue };
                if shared.as_ref().is_some_and(Vec::is_empty) {
                    continue;
                }
                let chain = match &mut chain {
                    Some(chain) => chain,
                    none => none.insert(chains(sides, place, meter)?),
                };
                let both = match shared.take() {
                    None => chain.clone(),
                    Some(mut before) => {
                        before.retain(|edge| chain.binary_search(edge).is_ok());
                        before
                    }
                };
                meter.spend(both.len() + 1)?;
                self.open -= usize::from(both.is_empty());
                *shared = Some(both);
            }
        }
        Ok(())
    }
}

/// The edges of all chains of one who meets the rule, each once, in order.
fn chains(
    sides: &[Side],
    holder: usize,
    meter: &mut Meter<'_>,
) -> Result<Vec<(Slot, Slot)>, Stopped> {
    let mut edges = Vec::new();
    for side in sides {
        let mut place = side.places.get(holder).copied().unwrap_or(ROOT);
        while place != ROOT {
            let (behind, edge) = side.tree.at(place as usize);
            edges.push(edge);
            place = behind;
        }
    }
    meter.spend(edges.len() + 1)?;
    edges.sort_unstable();
    edges.dedup();
    Ok(edges)
}
