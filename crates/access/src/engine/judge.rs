//! Evaluates every rule of every pack on one graph, or only those that a change can have touched. What
//! a difference between two evaluations means is the engine's business.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use super::explain;
use super::graph::Graph;
use super::hygiene;
use super::renew::Touched;
use super::room::{self, AFFECTED_KEPT_MAX, Room};
use super::select::{Catalog, Combination};
use super::trial::{Shared, Trial, is_baseline};
use super::walk::Walk;
use super::watch::{Stage, Watch};
use crate::finding::{AFFECTED_MAX, Finding, Fingerprint};
use crate::glob::Glob;
use crate::rule::{Body, Pack, Rule};

/// Most findings that one rule may make; a rule beyond it says more about itself than about access.
pub const FINDINGS_PER_RULE_MAX: usize = 100_000;

/// Nodes from which on several threads judge.
const THREADS_FROM_NODES: usize = 10_000;

/// All findings, and what limits were met.
#[derive(Debug, Clone, Default)]
pub(super) struct Judged {
    /// By fingerprint.
    pub(super) findings: BTreeMap<Fingerprint, Arc<Finding>>,
    /// Why it is not all, in words; empty when it is.
    pub(super) notes: Vec<String>,
    /// In order of the packs.
    rules: Vec<Ruled>,
    /// Whether lists of whom a finding affects were cut for want of room.
    is_cut: bool,
}

/// What one rule found.
#[derive(Debug, Clone)]
struct Ruled {
    /// What it asked for; none for a rule about single nodes.
    asked: Option<Arc<Combination>>,
    findings: Arc<[Arc<Finding>]>,
    notes: Arc<[String]>,
}

/// An evaluation that another one follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    /// Its graph.
    pub(super) graph: &'a Arc<Graph>,
    /// Its rules.
    pub(super) packs: &'a [Pack],
    /// What it found.
    pub(super) judged: &'a Judged,
}

impl Judged {
    /// Every list as long as there is room for all.
    fn of(mut rules: Vec<Ruled>, room: &Room) -> Self {
        let length = room.length();
        rules.iter_mut().for_each(|ruled| room::cut(&mut ruled.findings, length));
        let found = rules.iter().flat_map(|it| it.findings.iter());
        let findings = found.map(|it| (it.fingerprint.clone(), Arc::clone(it))).collect();
        let mut notes: Vec<String> = rules.iter().flat_map(|it| it.notes.iter().cloned()).collect();
        let is_cut = length < AFFECTED_MAX;
        notes.extend(is_cut.then(|| {
            format!(
                "each finding names only the first {length} of those whom it affects, because all \
                 findings together affect more than are kept ({AFFECTED_KEPT_MAX}); how many each \
                 affects is exact"
            )
        }));
        Self { findings, notes, rules, is_cut }
    }

    /// The first finding, by fingerprint, that is kept otherwise than it is found anew, in words.
    pub(super) fn first_difference(&self, anew: &Self) -> Option<String> {
        let both = self.findings.keys().chain(anew.findings.keys());
        let differs = |key: &&Fingerprint| self.findings.get(*key) != anew.findings.get(*key);
        let first = both.filter(differs).min()?;
        let rule = |judged: &Self| judged.findings.get(first).map(|it| it.rule.clone());
        Some(match (rule(self), rule(anew)) {
            (Some(rule), None) => {
                format!("finding `{}` of rule `{rule}` is kept but not there", first.0)
            }
            (None, Some(rule)) => {
                format!("finding `{}` of rule `{rule}` is there but not kept", first.0)
            }
            _ => format!("finding `{}` is kept with other content", first.0),
        })
    }
}

/// Evaluates everything.
///
/// # Errors
/// When it was called off.
pub(super) fn evaluate<E: Send>(
    graph: &Graph,
    packs: &[Pack],
    watch: Watch<'_, E>,
) -> Result<Judged, E> {
    evaluate_in(&Room::new(AFFECTED_KEPT_MAX), graph, packs, watch)
}

/// The same with other room for whom findings affect.
fn evaluate_in<E: Send>(
    room: &Room,
    graph: &Graph,
    packs: &[Pack],
    watch: Watch<'_, E>,
) -> Result<Judged, E> {
    let judge = |judging: &mut Judging<'_>, pack: &Pack, rule: &Rule| {
        judging.rule(&pack.baseline, rule, watch)
    };
    each((graph, packs), room, watch, judge)
}

/// Evaluates what can be otherwise than before, and keeps the rest: the same as evaluating everything.
///
/// # Errors
/// When it was called off.
pub(super) fn renew<E: Send>(
    graph: &Arc<Graph>,
    packs: &[Pack],
    before: Before<'_>,
    watch: Watch<'_, E>,
) -> Result<Judged, E> {
    if before.judged.is_cut {
        // What was cut is not there any more, should there be room for it now.
        return evaluate(graph, packs, watch);
    }
    let is_same = Arc::ptr_eq(graph, before.graph);
    let touched = if is_same { None } else { Some(Touched::between(before.graph, graph, watch)?) };
    let mut known: HashMap<&str, Vec<(&Pack, &Rule, &Ruled)>> = HashMap::new();
    for ((pack, rule), ruled) in rules(before.packs).zip(&before.judged.rules) {
        known.entry(&rule.id).or_default().push((pack, rule, ruled));
    }
    let room = Room::new(AFFECTED_KEPT_MAX);
    each((graph, packs), &room, watch, |judging, pack, rule| {
        let same = known.get(rule.id.as_str()).into_iter().flatten();
        let mut same = same.filter(|(old, it, _)| *it == rule && old.baseline == pack.baseline);
        match (same.next(), &touched) {
            (Some((.., ruled)), None) => Ok((*ruled).clone()),
            (Some((.., ruled)), Some(touched)) => {
                judging.rule_again((&pack.baseline, rule), ruled, touched, watch)
            }
            (None, _) => judging.rule(&pack.baseline, rule, watch),
        }
    })
}

/// Judges each rule by itself, on as many threads as there are for a graph of this size. What is found
/// does not depend on how many.
fn each<'a, E: Send>(
    (graph, packs): (&'a Graph, &'a [Pack]),
    room: &'a Room,
    watch: Watch<'_, E>,
    judge: impl Fn(&mut Judging<'a>, &'a Pack, &'a Rule) -> Result<Ruled, E> + Sync,
) -> Result<Judged, E> {
    let all: Vec<(&Pack, &Rule)> = rules(packs).collect();
    let (catalog, shared) = (Arc::new(Catalog::of(graph)), Arc::new(Shared::default()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut judging = Judging::new(graph, Arc::clone(&catalog), Arc::clone(&shared), room);
        let mut ruled: Vec<(usize, Ruled)> = Vec::new();
        let mut length = AFFECTED_MAX;
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((pack, rule)) = all.get(place) else { return Ok(ruled) };
            watch.go_on()?;
            (watch.progress)(Stage::Judging, place, all.len());
            judging.is_counted = false;
            let one = judge(&mut judging, pack, rule)?;
            if !judging.is_counted {
                room.take(one.findings.iter().map(Arc::as_ref));
            }
            ruled.push((place, one));
            if room.length() < length {
                length = room.length();
                ruled.iter_mut().for_each(|(_, it)| room::cut(&mut it.findings, length));
            }
        }
    };
    let mut ruled = thread::scope(|scope| {
        let more: Vec<_> = (1..threads(graph, all.len())).map(|_| scope.spawn(work)).collect();
        let mut ruled = work();
        for other in more {
            let other = other.join().unwrap_or_else(|why| panic::resume_unwind(why));
            ruled = ruled.and_then(|ruled| Ok([ruled, other?].concat()));
        }
        ruled
    })?;
    ruled.sort_unstable_by_key(|(place, _)| *place);
    Ok(Judged::of(ruled.into_iter().map(|(_, ruled)| ruled).collect(), room))
}

/// A small graph is judged before another thread has begun.
fn threads(graph: &Graph, rules: usize) -> usize {
    let there_are = thread::available_parallelism().map_or(1, NonZero::get);
    if graph.len() < THREADS_FROM_NODES { 1 } else { there_are.min(rules).max(1) }
}

fn rules(packs: &[Pack]) -> impl Iterator<Item = (&Pack, &Rule)> {
    packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)))
}

struct Judging<'a> {
    graph: &'a Graph,
    catalog: Arc<Catalog>,
    shared: Arc<Shared>,
    walk: Walk,
    found: Vec<Arc<Finding>>,
    has_more: bool,
    room: &'a Room,
    /// How long the lists of what was found are at most.
    length: usize,
    /// Whether the findings of the last rule were counted when they were found.
    is_counted: bool,
}

impl<'a> Judging<'a> {
    fn new(graph: &'a Graph, catalog: Arc<Catalog>, shared: Arc<Shared>, room: &'a Room) -> Self {
        let (walk, found, length) = (Walk::new(graph), Vec::new(), AFFECTED_MAX);
        let (has_more, is_counted) = (false, false);
        Self { graph, catalog, shared, walk, found, has_more, room, length, is_counted }
    }

    /// Keeps what a rule found, where nothing that it rests on was touched. Rules about single nodes
    /// go by the time of the read too, and are cheap.
    fn rule_again<E>(
        &mut self,
        (baseline, rule): (&[Glob], &Rule),
        before: &Ruled,
        touched: &Touched,
        watch: Watch<'_, E>,
    ) -> Result<Ruled, E> {
        let (Body::Sides(sides), Some(asked)) = (&rule.body, &before.asked) else {
            return self.rule(baseline, rule, watch);
        };
        let trial = Trial::new(self.graph, &self.catalog, baseline, rule, sides);
        if touched.spares(asked, &trial.combination) {
            let (findings, notes) = (Arc::clone(&before.findings), Arc::clone(&before.notes));
            return Ok(Ruled { asked: Some(trial.combination), findings, notes });
        }
        self.tried(&trial, watch)
    }

    fn rule<E>(&mut self, baseline: &[Glob], rule: &Rule, watch: Watch<'_, E>) -> Result<Ruled, E> {
        match &rule.body {
            Body::Sides(sides) => {
                let trial = Trial::new(self.graph, &self.catalog, baseline, rule, sides);
                self.tried(&trial, watch)
            }
            Body::Where(tests) => {
                for ix in hygiene::neglected(self.graph, rule, tests) {
                    if self.has_more {
                        break;
                    }
                    watch.go_on()?;
                    if !is_baseline(self.graph, baseline, ix) {
                        self.keep(hygiene::finding(self.graph, rule, ix));
                    }
                }
                Ok(self.ruled(rule, None, None))
            }
        }
    }

    fn tried<E>(&mut self, trial: &Trial<'_>, watch: Watch<'_, E>) -> Result<Ruled, E> {
        for lead in trial.leads(&self.shared, &mut self.walk) {
            if self.has_more {
                break;
            }
            watch.go_on()?;
            let hit = trial.hit(lead, &mut self.walk);
            let found = hit.and_then(|hit| explain::finding(trial, &hit, &mut self.walk));
            self.keep(found);
        }
        let asked = Arc::clone(&trial.combination);
        Ok(self.ruled(trial.rule, asked.note.clone(), Some(asked)))
    }

    /// The first finding over the limit is not kept, and it is known that there are more.
    fn keep(&mut self, finding: Option<Finding>) {
        let Some(finding) = finding else { return };
        self.has_more = self.found.len() >= FINDINGS_PER_RULE_MAX;
        if self.has_more {
            return;
        }
        self.room.take([&finding]);
        let length = self.room.length();
        if length < self.length {
            self.found.iter_mut().for_each(|it| room::cut_one(it, length));
        }
        self.length = length;
        let mut finding = Arc::new(finding);
        room::cut_one(&mut finding, length);
        self.found.push(finding);
    }

    fn ruled(
        &mut self,
        rule: &Rule,
        note: Option<String>,
        asked: Option<Arc<Combination>>,
    ) -> Ruled {
        let over = std::mem::take(&mut self.has_more);
        self.is_counted = true;
        let over =
            over.then(|| format!("only its first {FINDINGS_PER_RULE_MAX} findings were kept"));
        let notes = note.into_iter().chain(over);
        Ruled {
            asked,
            findings: std::mem::take(&mut self.found).into(),
            notes: notes.map(|note| format!("rule `{}`: {note}", rule.id)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::{Before, Judged, Room, evaluate, evaluate_in, renew};
    use crate::edge::{Edge, EdgeKind};
    use crate::engine::graph::Graph;
    use crate::engine::{Edit, Watch, merge};
    use crate::fact::{Chunk, Run, SourceId};
    use crate::node::{Node, NodeId, NodeKind};
    use crate::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};

    /// People who all have all roles, each of which grants something of its own.
    fn graph(people: usize, roles: usize) -> Graph {
        let source = SourceId::new("app");
        let id = |name: &str| NodeId::new(name).unwrap();
        let mut facts = Chunk::default();
        let mut node = |name: &str, kind| {
            facts.nodes.push(Node::new(id(name), kind, name, "app", source.at(name)));
        };
        (0..people).for_each(|at| node(&format!("p{at:03}"), NodeKind::Person));
        (0..roles).for_each(|at| node(&format!("r{at:03}"), NodeKind::Role));
        (0..roles).for_each(|at| node(&format!("e{at:03}"), NodeKind::Entitlement));
        let edge =
            |from: String, kind, to: String| Edge::new(id(&from), kind, id(&to), source.at("edge"));
        for at in 0..roles {
            let role = || format!("r{at:03}");
            let member = |who| edge(format!("p{who:03}"), EdgeKind::MemberOf, role());
            facts.edges.extend((0..people).map(member));
            facts.edges.push(edge(role(), EdgeKind::Grants, format!("e{at:03}")));
        }
        let (read_at, unreadable) = (Timestamp::UNIX_EPOCH, Vec::new());
        let mut runs = merge::Runs::new();
        merge::take_in(&mut runs, Run { source, read_at, unreadable, facts });
        let Ok(graph) = Graph::build(&runs, &Edit::default(), Watch::NOBODY);
        graph
    }

    fn pack(rules: usize) -> Pack {
        let need = Need::Any(vec![Selector::default()]);
        let rule = |at: usize| Rule {
            id: format!("r{at}"),
            title: String::new(),
            severity: Severity::Low,
            process: None,
            scope: Scope::default(),
            same: None,
            explanation: String::new(),
            remedy: String::new(),
            owasp_nhi: Vec::new(),
            csf: Vec::new(),
            owner: None,
            class: Class::Exposure,
            follow: Vec::new(),
            body: Body::Sides(vec![Side { name: "any".to_owned(), need: need.clone() }]),
        };
        let (id, version) = ("p".to_owned(), "1".to_owned());
        Pack { id, version, baseline: Vec::new(), rules: (0..rules).map(rule).collect() }
    }

    fn lists(judged: &Judged) -> Vec<(usize, usize)> {
        let each = judged.findings.values().map(|it| (it.affected.len(), it.affected_total));
        each.collect()
    }

    #[test]
    fn all_findings_share_one_room_for_whom_they_affect_and_say_that_lists_were_cut() {
        let (graph, packs) = (graph(40, 30), [pack(3)]);
        let within = |most: usize| {
            let Ok(judged) = evaluate_in(&Room::new(most), &graph, &packs, Watch::NOBODY);
            judged
        };
        let whole = within(usize::MAX);
        let count = whole.findings.len();
        assert_eq!(lists(&whole), vec![(40, 40); count]);
        assert!(count >= 90 && whole.notes.is_empty() && !whole.is_cut, "{count}");
        assert_eq!(lists(&within(40 * count)), lists(&whole), "as many as there are have room");
        for most in [40 * count - 1, 31 * count, 20 * count, 7 * count, count, 1, 0] {
            let judged = within(most);
            let length = lists(&judged).first().unwrap().0;
            assert_eq!(lists(&judged), vec![(length, 40); count]);
            assert!(length * count <= most.max(count), "{length} of {most}");
            assert!(2 * (length + 1) * count > most || length == 31, "{length} of {most}");
            let note = format!("each finding names only the first {length} of those");
            assert!(judged.is_cut && judged.notes[0].starts_with(&note), "{:?}", judged.notes);
            let ids = |judged: &Judged| -> Vec<_> {
                let first = |it: &Arc<crate::finding::Finding>| it.affected[0].clone();
                judged.findings.values().map(first).collect()
            };
            assert_eq!(ids(&judged), ids(&whole), "the first stay");
        }
    }
    #[test]
    fn after_lists_were_cut_a_change_lists_all_again_where_there_is_room() {
        let packs = [pack(3)];
        let before = Arc::new(graph(40, 30));
        let Ok(cut) = evaluate_in(&Room::new(31), &before, &packs, Watch::NOBODY);
        assert!(cut.is_cut);
        for now in [Arc::clone(&before), Arc::new(graph(40, 29)), Arc::new(graph(41, 30))] {
            let known = Before { graph: &before, packs: &packs, judged: &cut };
            let Ok(renewed) = renew(&now, &packs, known, Watch::NOBODY);
            let Ok(anew) = evaluate(&now, &packs, Watch::NOBODY);
            assert_eq!(renewed.first_difference(&anew), None);
            assert!(!renewed.is_cut && renewed.notes.is_empty(), "{:?}", renewed.notes);
            assert!(lists(&renewed).iter().all(|(listed, total)| listed == total));
        }
    }
}
