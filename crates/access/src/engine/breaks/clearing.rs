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
    let mut meter = Meter::new(limits);
    let mut meeting = Meeting::new(snapshot, Slot::MAX);
    let mut cleared: HashMap<(Slot, Slot), Vec<usize>> = HashMap::new();
    let mut left = groups.len();
    for (rule, numbers) in by_rule {
        meter.done(groups.len() - left, groups.len());
        let here = numbers.iter().filter_map(|number| Some((*number, groups.get(*number)?)));
        let found = rules.get(rule).map_or(Ok(Vec::new()), |rule| {
            cleared_by(snapshot, &mut meeting, (rule, here), &mut meter)
        });
        let Ok(found) = found else { break };
        for (edge, group) in found {
            cleared.entry(edge).or_default().push(group);
        }
        left -= numbers.len();
    }
    let node = |slot: Slot| snapshot.node(slot).unwrap_or(u32::MAX);
    let all = cleared.into_iter().map(|((from, to), mut groups)| {
        groups.sort_unstable();
        Clears { from: node(from), to: node(to), groups }
    });
    let mut edges: Vec<Clears> = all.filter(|it| may_cut(it.from, it.to)).collect();
    edges.sort_unstable_by_key(|it| (Reverse(it.groups.len()), it.from, it.to));
    edges.truncate(top);
    Clearing { edges, left }
}

/// An edge and the position of a group that it clears.
type Cleared = ((Slot, Slot), usize);

/// Each edge with each group of one rule that it clears.
fn cleared_by<'g>(
    snapshot: &Snapshot,
    meeting: &mut Meeting<'_>,
    (rule, groups): (&Demand, impl Iterator<Item = (usize, &'g Group<'g>)>),
    meter: &mut Meter<'_>,
) -> Result<Vec<Cleared>, Stopped> {
    let mut cleared = Vec::new();
    let Some((met, sides)) = meeting.rule(rule, meter)? else { return Ok(cleared) };
    for (number, group) in groups {
        let slots = group.holders.iter().filter_map(|holder| snapshot.slot(*holder));
        let places: Vec<usize> = slots.filter_map(|slot| met.binary_search(&slot).ok()).collect();
        let mut shared: Option<Vec<(Slot, Slot)>> = None;
        for place in places {
            let own = chains(sides, place, meter)?;
            let both = match shared {
                None => own,
                Some(mut before) => {
                    before.retain(|edge| own.binary_search(edge).is_ok());
                    before
                }
            };
            let is_empty = both.is_empty();
            shared = Some(both);
            if is_empty {
                break;
            }
        }
        cleared.extend(shared.into_iter().flatten().map(|edge| (edge, number)));
    }
    Ok(cleared)
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
