//! The graph after a change, made from the graph before it: what was not said anew is neither read nor
//! compared, only numbered anew. Costs what the changed sources say, and a pass over numbers for the
//! rest. Equal to building the whole from the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer::Edit;
use super::graph::{Graph, Ix, Link};
use super::merge::{self, Ends, Joined, Place, Places, Row, Runs, Said, Seen, with_supposed};
use super::rows::Rows;
use super::watch::{Pace, Stage, Watch};
use crate::fact::{Run, SourceId};
use crate::node::NodeKind;

/// In place of the position of a node that nobody says any more.
const GONE: Ix = Ix::MAX;

/// What the facts are after the change, after the edit.
///
/// # Errors
/// When it was called off.
pub(super) fn revise<E>(
    old: &Graph,
    runs: &Runs,
    edit: &Edit,
    watch: Watch<'_, E>,
) -> Result<Graph, E> {
    let (now, supposed) = with_supposed(runs, edit);
    let ranks = ranks(old.runs(), &now);
    if ranks.iter().all(Option::is_none) {
        return Graph::build(runs, edit, watch);
    }
    let kept: BTreeSet<usize> = ranks.iter().flatten().map(|rank| *rank as usize).collect();
    let fresh = (0..now.len()).filter(|rank| !kept.contains(rank)).collect();
    let revising = Revising { old, runs: &now, supposed, ranks, fresh, edit, watch };
    let nodes = revising.nodes();
    watch.go_on()?;
    let edges = revising.edges(&nodes)?;
    watch.go_on()?;
    Ok(Graph::of(now, (nodes.seen, nodes.kinds), edges))
}

/// For each run of before its place among those of now, where it is the very same.
fn ranks(old: &[Arc<Run>], now: &[Arc<Run>]) -> Vec<Option<u32>> {
    let places: BTreeMap<&SourceId, (u32, &Arc<Run>)> =
        (0u32..).zip(now).map(|(rank, run)| (&run.source, (rank, run))).collect();
    let same = |run: &Arc<Run>| {
        let (rank, other) = places.get(&run.source)?;
        Arc::ptr_eq(run, other).then_some(*rank)
    };
    old.iter().map(same).collect()
}

struct Revising<'a, E> {
    old: &'a Graph,
    runs: &'a [Arc<Run>],
    /// Runs from here on are not facts but supposed.
    supposed: usize,
    /// By run of before.
    ranks: Vec<Option<u32>>,
    /// Runs that were not there before.
    fresh: Vec<usize>,
    edit: &'a Edit,
    watch: Watch<'a, E>,
}

/// The nodes of now.
struct Nodes {
    seen: Arc<[Seen]>,
    kinds: Arc<[NodeKind]>,
    /// By position of before; none when all are where they were.
    places: Option<Vec<Ix>>,
    /// Whether some are new.
    has_come: bool,
    /// By position of now, whether it has ended, or has no longer, since before; empty when none.
    turned: Vec<bool>,
}

impl Nodes {
    fn place(&self, old: Ix) -> Ix {
        match &self.places {
            Some(places) => places.get(old as usize).copied().unwrap_or(GONE),
            None => old,
        }
    }

    fn has_turned(&self, ix: Ix) -> bool {
        self.turned.get(ix as usize).copied().unwrap_or_default()
    }

    fn has_ended(&self, ix: Ix) -> bool {
        self.seen.get(ix as usize).is_none_or(|seen| seen.ended)
    }
}

impl<E> Revising<'_, E> {
    fn nodes(&self) -> Nodes {
        let (seen, kinds) = self.old.described();
        let rows = merge::rows(self.runs, self.fresh.iter().copied());
        let gone = self.old.runs().iter().zip(&self.ranks).filter(|(_, rank)| rank.is_none());
        let gone: Vec<&Arc<Run>> = gone.map(|(run, _)| run).collect();
        if rows.is_empty() && gone.iter().all(|run| run.facts.nodes.is_empty()) {
            let (seen, kinds) = (Arc::clone(seen), Arc::clone(kinds));
            return Nodes { seen, kinds, places: None, has_come: false, turned: Vec::new() };
        }
        let mut naming = Naming::with_capacity(seen.len());
        let mut done = 0;
        for said in rows.chunk_by(|a, b| a.node.id == b.node.id) {
            let Some(first) = said.first() else { continue };
            let behind = seen.get(done..).unwrap_or_default();
            let next = done + gallop(behind, |it| it.node.id.cmp(&first.node.id).is_lt());
            self.keep(&mut naming, (seen, done..next), &gone);
            let same = seen.get(next).filter(|it| it.node.id == first.node.id);
            if let Some(before) = same {
                let rows = self.rows_of(before, &gone).chain(said.iter().copied());
                naming.put(Some(before), united(rows.collect()));
            } else {
                naming.put(None, united(said.to_vec()));
            }
            done = next + usize::from(same.is_some());
        }
        self.keep(&mut naming, (seen, done..seen.len()), &gone);
        let Naming { seen, places, has_come, turned } = naming;
        let kinds = seen.iter().map(|it| it.node.kind).collect();
        let is_same = !has_come && seen.len() == places.len();
        let mut by_place = vec![false; if turned.is_empty() { 0 } else { seen.len() }];
        for ix in turned {
            if let Some(turned) = by_place.get_mut(ix as usize) {
                *turned = true;
            }
        }
        let places = (!is_same).then_some(places);
        Nodes { seen: seen.into(), kinds, places, has_come, turned: by_place }
    }

    /// Keeps nodes of which nothing is said anew, but for what runs said of them that are gone.
    fn keep(
        &self,
        naming: &mut Naming,
        (seen, range): (&[Seen], std::ops::Range<usize>),
        gone: &[&Arc<Run>],
    ) {
        for before in seen.get(range).unwrap_or_default() {
            if before.node.said().any(|(run, _)| is_among(gone, run)) {
                naming.put(Some(before), united(self.rows_of(before, gone).collect()));
            } else {
                naming.put(Some(before), Some(before.clone()));
            }
        }
    }

    /// What is still said of a node by who said something before.
    fn rows_of<'s>(&self, seen: &'s Seen, gone: &[&Arc<Run>]) -> impl Iterator<Item = Row<'s>> {
        let still = seen.node.said().filter(|(run, _)| !is_among(gone, run));
        still.filter_map(|(run, at)| {
            let rank = self.runs.iter().position(|it| Arc::ptr_eq(it, run))?;
            Some(Row { rank, run, at, node: run.facts.nodes.get(at)? })
        })
    }

    fn edges(&self, nodes: &Nodes) -> Result<Rows, E> {
        let Said { joined: mut more, mut loose } = self.said(nodes)?;
        more.sort_unstable_by_key(Joined::ends);
        let removed = self.removed(nodes);
        let mut rivals = Vec::new();
        for rival in &self.old.rows().rivals {
            let ends = (nodes.place(rival.from), nodes.place(rival.to), rival.kind);
            let Some(rank) = self.rank(rival.rank) else { continue };
            if ends.0 == GONE || ends.1 == GONE {
                loose.push((rank, rival.at));
            } else if removed.binary_search(&ends).is_err() {
                rivals.push(Joined { from: ends.0, to: ends.1, rank, ..*rival });
            }
        }
        let Rows { links, grounds, .. } = self.old.rows();
        let rows = Rows::with_capacity(links.len() + more.len());
        let mut weaving =
            Weaving { runs: self.runs, nodes, rows, more: Lined(&more), rivals: Lined(&rivals) };
        let mut removed = removed.into_iter().peekable();
        for (link, (rank, at)) in links.iter().zip(grounds) {
            let (from, to) = (nodes.place(link.from), nodes.place(link.to));
            let rank = self.rank(*rank);
            if from == GONE || to == GONE {
                loose.extend(rank.map(|rank| (rank, *at)));
                continue;
            }
            let link = Link { from, to, ..*link };
            while removed.next_if(|it| *it < ends_of(&link)).is_some() {}
            let rank = rank.filter(|_| removed.peek() != Some(&ends_of(&link)));
            weaving.link(link, rank.map(|rank| (rank, *at)));
        }
        weaving.until(None);
        let mut rows = weaving.rows;
        loose.sort_unstable();
        rows.loose = loose;
        Ok(rows)
    }

    /// What is said anew, and what was said before of edges of which an end is known now.
    fn said(&self, nodes: &Nodes) -> Result<Said, E> {
        let fresh = self.fresh.iter().filter_map(|rank| self.runs.get(*rank));
        let kept = self.old.rows().loose.iter();
        let kept: Vec<Place> =
            kept.filter_map(|(rank, at)| Some((self.rank(*rank)?, *at))).collect();
        let asked = if nodes.has_come { kept.len() } else { 0 };
        let edges: usize = fresh.map(|run| run.facts.edges.len()).sum();
        let places = Places::of(&nodes.seen, edges + asked);
        let mut said = Said::default();
        let mut pace = Pace::begin(self.watch, Stage::Uniting, edges)?;
        let nothing = BTreeSet::new();
        for &rank in &self.fresh {
            let gone = if rank < self.supposed { &self.edit.remove } else { &nothing };
            let Some((run, rank)) = self.runs.get(rank).zip(u32::try_from(rank).ok()) else {
                continue;
            };
            merge::say(&mut said, (run, rank), &places, gone, &mut pace)?;
        }
        for (rank, at) in kept {
            let Some(edge) = merge::fact(self.runs, (rank, at)) else { continue };
            let ends = if nodes.has_come { places.ends(&edge.key) } else { None };
            match (ends, self.runs.get(rank as usize)) {
                _ if self.edit.remove.contains(&edge.key) => {}
                (Some(ends), Some(run)) => {
                    said.joined.push(Joined::of((run, rank), at, ends, edge));
                }
                _ => said.loose.push((rank, at)),
            }
        }
        Ok(said)
    }

    /// The ends of edges that the edit takes away, in order.
    fn removed(&self, nodes: &Nodes) -> Vec<Ends> {
        let places = Places::Order(&nodes.seen);
        let ends = self.edit.remove.iter().filter_map(|key| {
            let (from, to) = places.ends(key)?;
            Some((from, to, key.kind))
        });
        let mut ends: Vec<Ends> = ends.collect();
        ends.sort_unstable();
        ends
    }

    fn rank(&self, old: u32) -> Option<u32> {
        self.ranks.get(old as usize).copied().flatten()
    }
}

/// Nodes of now, in order.
struct Naming {
    seen: Vec<Seen>,
    places: Vec<Ix>,
    has_come: bool,
    turned: Vec<Ix>,
}

impl Naming {
    fn with_capacity(nodes: usize) -> Self {
        let (seen, places) = (Vec::with_capacity(nodes), Vec::with_capacity(nodes));
        Self { seen, places, has_come: false, turned: Vec::new() }
    }

    /// Takes the next node, as it was and as it is.
    fn put(&mut self, before: Option<&Seen>, now: Option<Seen>) {
        let place = Ix::try_from(self.seen.len()).unwrap_or(GONE);
        if before.is_some() {
            self.places.push(if now.is_some() { place } else { GONE });
        } else {
            self.has_come |= now.is_some();
        }
        if let (Some(before), Some(now)) = (before, &now)
            && before.ended != now.ended
        {
            self.turned.push(place);
        }
        self.seen.extend(now);
    }
}

/// Words about edges, in order of them.
struct Lined<'a>(&'a [Joined]);

impl<'a> Lined<'a> {
    fn next(&self) -> Option<Ends> {
        self.0.first().map(Joined::ends)
    }

    /// Takes all about one edge, when they come next.
    #[inline]
    fn take(&mut self, ends: Ends) -> &'a [Joined] {
        let count = self.0.iter().take_while(|it| it.ends() == ends).count();
        let (same, rest) = self.0.split_at(count);
        self.0 = rest;
        same
    }
}

/// Lays what is said anew between the edges of before.
struct Weaving<'a> {
    runs: &'a [Arc<Run>],
    nodes: &'a Nodes,
    rows: Rows,
    more: Lined<'a>,
    /// Words of before that did not count.
    rivals: Lined<'a>,
}

impl Weaving<'_> {
    /// The next edge of before, with what it rests on if that is still said.
    fn link(&mut self, link: Link, ground: Option<Place>) {
        let ends = ends_of(&link);
        self.until(Some(ends));
        let (more, rivals) = (self.more.take(ends), self.rivals.take(ends));
        match ground {
            // What counted before others still does.
            Some(ground) if more.is_empty() => {
                let live = self.is_live(&link, ground);
                self.rows.push(Link { live, ..link }, ground);
                self.rows.rivals.extend_from_slice(rivals);
            }
            _ => {
                let mut said = [more, rivals].concat();
                said.extend(ground.and_then(|ground| self.again(&link, ground)));
                self.rows.settle(self.runs, &self.nodes.seen, &mut said);
            }
        }
    }

    /// All that is said of edges that were not there before, up to an edge or to the end.
    fn until(&mut self, ends: Option<Ends>) {
        let is_before = |it: &Ends| ends.is_none_or(|ends| *it < ends);
        while let Some(next) = [self.more.next(), self.rivals.next()].into_iter().flatten().min()
            && is_before(&next)
        {
            let mut said = [self.more.take(next), self.rivals.take(next)].concat();
            self.rows.settle(self.runs, &self.nodes.seen, &mut said);
        }
    }

    fn is_live(&self, link: &Link, ground: Place) -> bool {
        if !self.nodes.has_turned(link.from) && !self.nodes.has_turned(link.to) {
            return link.live;
        }
        self.again(link, ground).is_some_and(|it| it.live)
            && !self.nodes.has_ended(link.from)
            && !self.nodes.has_ended(link.to)
    }

    fn again(&self, link: &Link, (rank, at): Place) -> Option<Joined> {
        let run = self.runs.get(rank as usize)?;
        let edge = run.facts.edges.get(at as usize)?;
        Some(Joined::of((run, rank), at, (link.from, link.to), edge))
    }
}

fn ends_of(link: &Link) -> Ends {
    (link.from, link.to, link.kind)
}

fn is_among(runs: &[&Arc<Run>], run: &Arc<Run>) -> bool {
    runs.iter().any(|it| Arc::ptr_eq(it, run))
}

fn united(mut rows: Vec<Row<'_>>) -> Option<Seen> {
    rows.sort_by(merge::in_order);
    merge::unite(&rows)
}

/// How many of a list in order come before, found by steps that double: cheap where that is few, and
/// never dearer than a search over all.
fn gallop<T>(list: &[T], is_before: impl Fn(&T) -> bool) -> usize {
    let mut step = 1usize;
    while list.get(step - 1).is_some_and(&is_before) {
        step = step.saturating_mul(2);
    }
    let from = step / 2;
    let within = list.get(from..step.min(list.len())).unwrap_or_default();
    from + within.partition_point(|it| is_before(it))
}
