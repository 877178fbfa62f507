//! Who joined a finding and who left it from one evaluation to the next. Whom a finding affects is not
//! in its fingerprint, so they are named here. Counted over all whom it affects, not over those that a
//! finding lists; judges nothing.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use serde::{Deserialize, Serialize};

use super::compare;
use super::graph::{Graph, Ix, Plane};
use super::room::AFFECTED_KEPT_MAX;
use super::trial::standing;
use super::walk::{Walk, Way};
use super::watch::{Pace, Stage, Watch};
use crate::finding::{AFFECTED_MAX, Certainty, Finding, NodeRef};
use crate::glob::Glob;
use crate::node::NodeId;
use crate::rule::{Body, Pack, Rule, Scope};

/// Who joined a finding and who left it. Where nothing is said of it, nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moved {
    /// Whom it affects now and did not before, in order of id, the first [`AFFECTED_MAX`], or fewer where
    /// very many findings are otherwise ([`AFFECTED_KEPT_MAX`]).
    pub joined: Vec<NodeRef>,
    /// How many, listed or not.
    pub joined_total: usize,
    /// Whom it affected before and does not now, as they were then; in order of id, the first
    /// [`AFFECTED_MAX`].
    pub left: Vec<NodeRef>,
    /// How many, listed or not.
    pub left_total: usize,
    /// Whether the two totals are exact. Otherwise only the first [`AFFECTED_MAX`] whom it affected
    /// are known by name: those listed did join or leave, and at least as many did as is said.
    pub totals_exact: bool,
}

/// A finding that is otherwise than before, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Who joined it and who left it.
    #[serde(flatten)]
    pub moved: Moved,
}

impl Moved {
    /// What two descriptions of one finding say about it. A description lists the first in order of
    /// id, so up to the last of a list that was cut short all is known, and beyond it only how many
    /// more there are.
    #[must_use]
    pub fn as_listed(before: &Finding, now: &Finding) -> Self {
        let end = last_known(before).into_iter().chain(last_known(now)).min();
        let known = |it: &&NodeRef| end.is_none_or(|end| it.id <= *end);
        let ids = |finding: &'_ Finding| -> BTreeSet<NodeId> {
            finding.affected.iter().filter(known).map(|it| it.id.clone()).collect()
        };
        let without = |finding: &Finding, others: &BTreeSet<NodeId>| -> Vec<NodeRef> {
            let those = finding.affected.iter().filter(known);
            those.filter(|it| !others.contains(&it.id)).cloned().collect()
        };
        let (joined, left) = (without(now, &ids(before)), without(before, &ids(now)));
        // So many more, or fewer, there are beyond what is listed.
        let beyond = |finding: &Finding| {
            finding.affected_total.saturating_sub(finding.affected.iter().filter(known).count())
        };
        let (more, fewer) = (beyond(now), beyond(before));
        Self {
            joined_total: joined.len().saturating_add(more.saturating_sub(fewer)),
            left_total: left.len().saturating_add(fewer.saturating_sub(more)),
            totals_exact: end.is_none(),
            joined,
            left,
        }
    }

    /// Lists so many on each side at most.
    fn cut_to(&mut self, length: usize) {
        for list in [&mut self.joined, &mut self.left] {
            if list.len() > length {
                list.truncate(length);
                list.shrink_to_fit();
            }
        }
    }

    /// Whether it is known that nobody joined and nobody left.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.totals_exact && self.joined_total == 0 && self.left_total == 0
    }
}

/// The last whom a finding lists, where it does not list all.
fn last_known(finding: &Finding) -> Option<&NodeId> {
    let is_cut = finding.affected.len() < finding.affected_total;
    finding.affected.last().map(|it| &it.id).filter(|_| is_cut)
}

/// Most answers that are kept for findings that affect the same.
const KNOWN_MAX: usize = 64;

/// A graph with the rules that it was judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The rules.
    pub(super) packs: &'a [Pack],
}

/// Counts who joined and who left between two evaluations. Lists tell where they are whole; else all
/// are gathered again from both graphs.
#[derive(Debug)]
pub(super) struct Moving<'a, E> {
    before: Ground<'a>,
    now: Ground<'a>,
    watch: Watch<'a, E>,
    /// Where a node of the old graph is in the new one, once that was asked.
    places: OnceLock<Vec<Option<Ix>>>,
}

/// All that decides whom a finding affects.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Whom<'a> {
    root: Ix,
    plane: Plane,
    proven: Plane,
    scope: &'a Scope,
    baseline: &'a [Glob],
    total: usize,
}

#[derive(Debug)]
struct Side<'a> {
    ground: Ground<'a>,
    walk: Option<Walk>,
}

impl<'a, E> Moving<'a, E> {
    /// Between these two, while somebody watches.
    pub(super) fn new(before: Ground<'a>, now: Ground<'a>, watch: Watch<'a, E>) -> Self {
        Self { before, now, watch, places: OnceLock::new() }
    }

    /// Who joined and who left each of these, in their order: what was found on the old graph beside what
    /// it is on the new one. Where the lists of several do not tell, as many threads as there are gather
    /// whom they affect.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn each(&self, findings: &[(&Finding, &Finding)]) -> Result<Vec<Moved>, E>
    where
        E: Send,
    {
        let dear = findings.iter().filter(|(before, now)| !(is_whole(before) && is_whole(now)));
        let there_are = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = there_are.min(dear.count());
        if threads > 0 && self.places.get().is_none() {
            let places = compare::places(self.before.graph, self.now.graph, self.watch)?;
            self.places.get_or_init(|| places);
        }
        let next = AtomicUsize::new(0);
        // All lists together have no more room than those of all findings.
        let lists = findings.len().saturating_mul(2).max(1);
        let listed = (AFFECTED_KEPT_MAX / lists).clamp(1, AFFECTED_MAX);
        let work = || {
            let mut mover = Mover::of(self)?;
            let mut moved = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some((before, now)) = findings.get(place) else { return Ok(moved) };
                self.watch.go_on()?;
                (self.watch.progress)(Stage::Moving, place, findings.len());
                let mut one = mover.moved(before, now)?;
                one.cut_to(listed);
                moved.push((place, one));
            }
        };
        let mut moved = thread::scope(|scope| {
            let more: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut moved = work();
            for other in more {
                let other = other.join().unwrap_or_else(|why| panic::resume_unwind(why));
                moved = moved.and_then(|moved: Vec<_>| Ok([moved, other?].concat()));
            }
            moved
        })?;
        moved.sort_unstable_by_key(|(place, _)| *place);
        Ok(moved.into_iter().map(|(_, moved)| moved).collect())
    }

    fn between(&self, before: &[Ix], now: &[Ix]) -> Moved {
        let (old, new) = (self.before.graph, self.now.graph);
        let places = self.places.get().map_or(&[][..], Vec::as_slice);
        let mut stays = vec![false; now.len()];
        let mut left = Vec::new();
        for &ix in before {
            let place = places.get(ix as usize).copied().flatten();
            let at = place.and_then(|place| now.binary_search(&place).ok());
            match at.and_then(|at| stays.get_mut(at)) {
                Some(stays) => *stays = true,
                None => left.push(ix),
            }
        }
        let joined: Vec<Ix> =
            now.iter().zip(&stays).filter(|(_, stays)| !**stays).map(|(ix, _)| *ix).collect();
        let named = |graph: &Graph, all: &[Ix]| {
            all.iter().take(AFFECTED_MAX).filter_map(|&ix| graph.node_ref(ix)).collect()
        };
        Moved {
            joined: named(new, &joined),
            joined_total: joined.len(),
            left: named(old, &left),
            left_total: left.len(),
            totals_exact: true,
        }
    }
}

/// Whether a finding lists all whom it affects.
fn is_whole(finding: &Finding) -> bool {
    finding.affected.len() == finding.affected_total
}

/// Takes one finding after the other.
struct Mover<'m, 'a, E> {
    moving: &'m Moving<'a, E>,
    pace: Pace<'a, E>,
    before: Side<'a>,
    now: Side<'a>,
    /// What was counted already: many rules may meet in one role, and all of them affect the same.
    known: Vec<((Whom<'a>, Whom<'a>), Moved)>,
}

impl<'m, 'a, E> Mover<'m, 'a, E> {
    fn of(moving: &'m Moving<'a, E>) -> Result<Self, E> {
        let pace = Pace::begin(moving.watch, Stage::Moving, 0)?;
        let side = |ground| Side { ground, walk: None };
        let (before, now) = (side(moving.before), side(moving.now));
        Ok(Self { moving, pace, before, now, known: Vec::new() })
    }

    /// Who joined and who left a finding that was found on the old graph and is on the new one.
    fn moved(&mut self, before: &Finding, now: &Finding) -> Result<Moved, E> {
        if is_whole(before) && is_whole(now) {
            return Ok(Moved::as_listed(before, now));
        }
        let asked = self.before.whom(before).zip(self.now.whom(now));
        let known = self.known.iter().find(|(it, _)| asked.as_ref() == Some(it));
        if let Some((_, moved)) = known {
            return Ok(moved.clone());
        }
        let was = self.before.all(before, &mut self.pace)?;
        let Some((was, is)) = was.zip(self.now.all(now, &mut self.pace)?) else {
            return Ok(Moved::as_listed(before, now));
        };
        let moved = self.moving.between(&was, &is);
        if self.known.len() < KNOWN_MAX {
            self.known.extend(asked.map(|asked| (asked, moved.clone())));
        }
        Ok(moved)
    }
}

impl<'a> Side<'a> {
    fn rule(&self, finding: &Finding) -> Option<(&'a Pack, &'a Rule)> {
        let packs = self.ground.packs;
        let rules = packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
        rules.into_iter().find(|(_, rule)| rule.id == finding.rule)
    }

    fn whom(&self, finding: &Finding) -> Option<Whom<'a>> {
        let (pack, rule) = self.rule(finding)?;
        let proven = Plane::proven(&rule.follow);
        let plane = match finding.certainty {
            Certainty::Proven => proven,
            Certainty::Potential => Plane::whole(&rule.follow),
        };
        let root = self.ground.graph.find(&finding.root_cause.id)?;
        let (scope, baseline) = (&rule.scope, pack.baseline.as_slice());
        Some(Whom { root, plane, proven, scope, baseline, total: finding.affected_total })
    }

    /// All whom a finding of this graph affects, in order; none when that cannot be said.
    fn all<E>(&mut self, finding: &Finding, pace: &mut Pace<'_, E>) -> Result<Option<Vec<Ix>>, E> {
        let graph = self.ground.graph;
        let known = self.rule(finding).zip(self.whom(finding));
        let Some(((pack, rule), Whom { root, plane, proven, .. })) = known else { return Ok(None) };
        if matches!(rule.body, Body::Where(_)) {
            return Ok(Some(vec![root]));
        }
        let walk = self.walk.get_or_insert_with(|| Walk::new(graph));
        walk.run_watched(graph, (&plane, Way::Backward), &[root], pace)?;
        let mut all = standing(graph, &plane, (rule, &pack.baseline), root, walk);
        // A finding that is potential by reach alone leaves out who reaches its root cause for certain.
        if all.len() != finding.affected_total {
            walk.run_watched(graph, (&proven, Way::Backward), &[root], pace)?;
            all.retain(|&ix| !walk.reached(ix));
        }
        all.sort_unstable();
        Ok((all.len() == finding.affected_total).then_some(all))
    }
}
