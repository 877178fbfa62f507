//! All that the kernels rely on, looked at number by number: linear in nodes and edges. What is found
//! here is no damage, which the sums find, but a writer that was wrong or somebody's wish.

use std::ops::Range;

use super::BadFile;
use crate::engine::snapshot::hold::View;
use crate::engine::snapshot::list::Lists;
use crate::engine::snapshot::{Ends, Potential, Slot, Snapshot};

/// Looks at everything. Sections have the lengths that follow from the counts.
pub(super) fn check(view: &View<'_>, ends: Ends, knots: &[(Slot, Slot)]) -> Result<(), BadFile> {
    must(are_ranges(ends, view.slots.len()), "its ranges of slots are none")?;
    must(are_each_others(view), "nodes and slots do not name each other")?;
    must(are_holders(view, ends), "a holder lies where none can")?;
    for lists in [view.pull, view.last, view.into] {
        must(are_lists(lists, view.slots.len()), "a list ends before it begins")?;
    }
    must(are_apart(knots, ends), "what reaches each other lies across ranges")?;
    must(leads_back(view, ends, knots), "an edge leads forward")?;
    must(is_backwards(view), "gainers are not those who gain")?;
    must(reach_each_other(view, knots), "slots that should reach each other do not")
}

/// Looks at what makes lists.
pub(super) fn check_lists(lists: Lists<'_>, slots: usize) -> Result<(), BadFile> {
    let are_slots = lists.items.iter().all(|item| (*item as usize) < slots);
    must(are_lists(lists, slots) && are_slots, "a list ends before it begins")
}

/// Looks at potential edges and at who reaches each other over edges of either kind.
pub(super) fn check_both(snapshot: &Snapshot, potential: &Potential) -> Result<(), BadFile> {
    let (ends, knots) = (snapshot.ends, potential.knots());
    must(are_apart(knots, ends), "what may reach each other lies across ranges")?;
    must(lie_within(&snapshot.knots, knots), "what reaches each other may not")?;
    must(may_lead_back(potential, ends), "a potential edge leads forward")?;
    let view = snapshot.view();
    let gained = |slot| [view.pull.row(slot), view.last.row(slot), potential.gained(slot)];
    let gainers = |slot| [view.into.row(slot), potential.gainers(slot)];
    let mut queue = Vec::new();
    let reach = knots.iter().all(|(first, end)| {
        reaches_all(*first..*end, &mut queue, gained)
            && reaches_all(*first..*end, &mut queue, gainers)
    });
    must(reach, "slots that may reach each other do not")
}

fn must(holds: bool, what: &'static str) -> Result<(), BadFile> {
    if holds { Ok(()) } else { Err(BadFile::Unsound { what }) }
}

/// Whether each range lies within one of the others; both are in order.
fn lie_within(knots: &[(Slot, Slot)], others: &[(Slot, Slot)]) -> bool {
    knots.iter().all(|(first, end)| {
        let at = others.partition_point(|(_, end)| end <= first);
        others.get(at).is_some_and(|other| other.0 <= *first && *end <= other.1)
    })
}

/// All potential edges lead to lower slots, to the slot itself, or stay among those that may reach each
/// other. What lies aside reaches no goal, no other goal lies behind one, and nobody gains from a leaf.
fn may_lead_back(potential: &Potential, ends: Ends) -> bool {
    let mut knots = potential.knots().iter().copied().peekable();
    (0..ends.leaves).all(|slot| {
        while knots.next_if(|(_, end)| *end <= slot).is_some() {}
        let end = knots.peek().filter(|(first, _)| *first <= slot).map_or(slot + 1, |knot| knot.1);
        let is_goal = (ends.aside..ends.goals).contains(&slot);
        let end = end.min(if is_goal { ends.aside } else { ends.lateral });
        potential.gained(slot).iter().all(|item| *item < end)
    })
}

fn are_ranges(ends: Ends, slots: usize) -> bool {
    let Ends { aside, goals, shared, lateral, leaves } = ends;
    [aside, goals, shared, lateral, leaves].is_sorted() && leaves as usize == slots
}

fn are_each_others(view: &View<'_>) -> bool {
    let named = |(node, slot): (u32, &Slot)| view.nodes.get(*slot as usize) == Some(&node);
    (0u32..).zip(view.slots).all(named)
}

/// Neither goals nor what is shared are holders, and there are none behind the last slot.
fn are_holders(view: &View<'_>, ends: Ends) -> bool {
    let is_holder = |slot: u64| {
        let word = usize::try_from(slot / 64).ok().and_then(|word| view.holder.get(word));
        word.copied().unwrap_or_default() >> (slot % 64) & 1 == 1
    };
    let end = u64::from(ends.leaves);
    let none = (u64::from(ends.aside)..ends.shared.into()).chain(end..end.next_multiple_of(64));
    none.into_iter().all(|slot| !is_holder(slot))
}

/// One list for each slot, behind each other and without a rest.
fn are_lists(lists: Lists<'_>, slots: usize) -> bool {
    let Lists { starts, items } = lists;
    let (first, end) = (starts.first(), starts.last().map(|end| *end as usize));
    starts.len() == slots + 1 && first == Some(&0) && end == Some(items.len()) && starts.is_sorted()
}

/// Two or more slots each, in order, each within one of the ranges where something can reach each other.
fn are_apart(knots: &[(Slot, Slot)], ends: Ends) -> bool {
    let Ends { aside, goals, shared, lateral, .. } = ends;
    let mut before = 0;
    knots.iter().all(|(first, end)| {
        let follows = before <= *first && end.saturating_sub(*first) >= 2;
        before = *end;
        let within = |from: Slot, to: Slot| from <= *first && *end <= to;
        follows && (within(0, aside) || within(goals, shared) || within(shared, lateral))
    })
}

/// All edges lead to lower slots, to the slot itself, or stay among those that reach each other; and to
/// the ranges where their lists may lead.
fn leads_back(view: &View<'_>, ends: Ends, knots: &[(Slot, Slot)]) -> bool {
    let mut knots = knots.iter().copied().peekable();
    (0..ends.leaves).all(|slot| {
        while knots.next_if(|(_, end)| *end <= slot).is_some() {}
        let end = knots.peek().filter(|(first, _)| *first <= slot).map_or(slot + 1, |knot| knot.1);
        let is_goal = (ends.aside..ends.goals).contains(&slot);
        let last = end.min(if is_goal { ends.aside } else { ends.goals });
        let onward = ends.goals..end.min(ends.lateral);
        view.pull.row(slot).iter().all(|item| onward.contains(item))
            && view.last.row(slot).iter().all(|item| *item < last)
    })
}

/// Gainers are listed in the order in which a build finds them, so that one pass with a place kept for
/// each list tells whether they are the same.
fn is_backwards(view: &View<'_>) -> bool {
    let Some((_, first)) = view.into.starts.split_last() else { return false };
    let mut places = first.to_vec();
    let is_next = |item: Slot, gainer: Slot, places: &mut [u32]| {
        let Some(place) = places.get_mut(item as usize) else { return false };
        let here = view.into.items.get(*place as usize) == Some(&gainer);
        *place = place.saturating_add(1);
        here
    };
    let all = (0..view.pull.len()).all(|slot| {
        let mut gained = view.pull.row(slot).iter().chain(view.last.row(slot));
        gained.all(|item| is_next(*item, slot, &mut places))
    });
    all && places.iter().eq(view.into.starts.iter().skip(1))
}

/// The first reaches all and all reach the first.
fn reach_each_other(view: &View<'_>, knots: &[(Slot, Slot)]) -> bool {
    let mut queue = Vec::new();
    knots.iter().all(|(first, end)| {
        let gained = |slot| [view.pull.row(slot), view.last.row(slot)];
        let gainers = |slot| [view.into.row(slot)];
        reaches_all(*first..*end, &mut queue, gained)
            && reaches_all(*first..*end, &mut queue, gainers)
    })
}

fn reaches_all<'a, const LISTS: usize>(
    slots: Range<Slot>,
    queue: &mut Vec<Slot>,
    next: impl Fn(Slot) -> [&'a [Slot]; LISTS],
) -> bool {
    let mut seen = vec![false; slots.len()];
    let mut reached = 0;
    queue.push(slots.start);
    while let Some(slot) = queue.pop() {
        let at = slot.checked_sub(slots.start).and_then(|at| seen.get_mut(at as usize));
        if let Some(seen) = at
            && !std::mem::replace(seen, true)
        {
            reached += 1;
            next(slot).into_iter().for_each(|list| queue.extend(list));
        }
    }
    reached == slots.len()
}
