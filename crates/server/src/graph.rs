//! The access graph that this node keeps in memory, with the position up to which runs are in it.
//! Replaced whole by the judge alone, read by whoever decides or asks; evaluates nothing by itself.

mod loading;
mod past;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use countersign_access::engine::{EdgeFilter, Engine, Still as Met};
use countersign_access::fact::SourceId;
use countersign_access::finding::{Certainty, Finding, Fingerprint, Step};
use countersign_access::node::NodeId;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

pub(crate) use self::loading::Loading;
pub use self::loading::{Building, NotThere, Share};
use self::past::Past;

/// Most questions of people and programs that are worked on at once; the next one waits, within its time.
const QUESTIONS_AT_ONCE_MAX: usize = 4;

/// Longest time that a question waits and is worked on.
pub(crate) const QUESTION_WITHIN: Duration = Duration::from_secs(20);

/// Time after which a question that can say less is told to stop, so that what it has is still sent: it
/// asks now and then, and not while it numbers a graph or judges one rule.
pub(crate) const SAY_LESS_AFTER: Duration = Duration::from_secs(12);

/// The rule under which an access that a review did not keep is a finding. No pack has it: whether the
/// access is still there is asked of the graph directly.
pub(crate) const NOT_KEPT: &str = "review.not-kept";

/// All who meet a rule; none when no loaded pack has the rule.
pub type Meeting = Option<Arc<BTreeSet<NodeId>>>;

/// The graph as of a position. Never changed once it is shown.
#[derive(Debug)]
pub struct Shown {
    /// Effective access and findings.
    pub engine: Engine,
    /// Position of the last run in it; 0 before the first.
    pub position: i64,
    /// Who meets which rule, each worked out when it is first asked: it cannot change.
    meetings: Mutex<BTreeMap<String, Arc<OnceLock<Meeting>>>>,
}

/// A handle on the graph; clones share it. Whoever reads keeps the graph that they saw, and the judge
/// evaluates the next one beside it, so that neither waits for the other. While it does, two graphs
/// are in memory; they share what the sources said, which is the larger part.
#[derive(Debug, Clone)]
pub struct Graph {
    shown: Arc<RwLock<Arc<Shown>>>,
    places: Arc<Semaphore>,
    past: Arc<Past>,
    loading: Loading,
}

impl Graph {
    /// Keeps this engine, at this position.
    #[must_use]
    pub fn new(engine: Engine, position: i64) -> Self {
        Self {
            shown: Arc::new(RwLock::new(Arc::new(Shown::new(engine, position)))),
            places: Arc::new(Semaphore::new(QUESTIONS_AT_ONCE_MAX)),
            past: Arc::default(),
            loading: Loading::default(),
        }
    }

    /// The graph as it is now.
    #[must_use]
    pub fn read(&self) -> Arc<Shown> {
        // A panic while a handle is copied or put leaves the graph as it was.
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How far it is after a start.
    pub(crate) fn loading(&self) -> &Loading {
        &self.loading
    }

    /// Graphs of past times.
    pub(crate) fn past(&self) -> Arc<Past> {
        Arc::clone(&self.past)
    }

    /// Shows another graph from now on; only the judge does. The old one is taken down by its last
    /// reader.
    pub(crate) fn put(&self, engine: Engine, position: i64) {
        let next = Arc::new(Shown::new(engine, position));
        let last = {
            let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *shown, next)
        };
        self.loading.there();
        drop(last);
    }
}

impl Graph {
    /// Asks the graph as it is now.
    ///
    /// # Errors
    /// As [`Graph::ask_of`].
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shown) -> T + Send + 'static,
    ) -> Result<T, NotAnswered> {
        self.ask_of(self.read(), question).await
    }

    /// Asks one graph, where that keeps nobody else from answering. Who asks waits no
    /// longer than [`QUESTION_WITHIN`]; what goes on longer keeps its place until it ends, so that
    /// never more than [`QUESTIONS_AT_ONCE_MAX`] are at work.
    ///
    /// # Errors
    /// When there is no place, or no answer, in time.
    pub(crate) async fn ask_of<T: Send + 'static>(
        &self,
        shown: Arc<Shown>,
        question: impl FnOnce(&Shown) -> T + Send + 'static,
    ) -> Result<T, NotAnswered> {
        let end = Instant::now().checked_add(QUESTION_WITHIN).unwrap_or_else(Instant::now);
        let place = timeout_at(end, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(NotAnswered::Busy) };
        let work = aside(move || {
            let answer = question(&shown);
            drop((place, shown));
            answer
        });
        match timeout_at(end, work).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(NotAnswered::TooLong),
        }
    }
}

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum NotAnswered {
    /// Others were before it all the time.
    #[error(
        "{QUESTIONS_AT_ONCE_MAX} other questions to the graph were before this one for {} seconds",
        QUESTION_WITHIN.as_secs()
    )]
    Busy,
    /// Its work did not end in time.
    #[error(
        "the graph was not walked to the end of this question within {} seconds",
        QUESTION_WITHIN.as_secs()
    )]
    TooLong,
    /// It broke off.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// An evaluation that did not come to an end.
#[derive(Debug, thiserror::Error)]
#[error("the graph could not be evaluated: {0}")]
pub struct Unfinished(String);

impl From<tokio::task::JoinError> for Unfinished {
    fn from(why: tokio::task::JoinError) -> Self {
        Self(why.to_string())
    }
}

/// Evaluates where it keeps nobody else from answering.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    Ok(tokio::task::spawn_blocking(work).await?)
}

impl Shown {
    /// A graph, at the position of the last run in it.
    pub(crate) fn new(engine: Engine, position: i64) -> Self {
        Self { engine, position, meetings: Mutex::default() }
    }

    /// All who meet a rule, proven or potential. The rule is evaluated once for this graph, however
    /// many ask.
    #[must_use]
    pub fn meeting(&self, rule: &str) -> Meeting {
        let place = {
            let mut meetings = self.meetings.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(meetings.entry(rule.to_owned()).or_default())
        };
        place.get_or_init(|| self.engine.meeting(rule).ok().map(Arc::new)).clone()
    }

    /// Whether anybody whom a finding affected still has the combination, on whatever path.
    #[must_use]
    pub fn is_still_had(&self, finding: &Finding) -> bool {
        if finding.rule == NOT_KEPT {
            return !self.not_kept(finding).is_empty();
        }
        let meeting = self.meeting(&finding.rule);
        meeting.is_some_and(|it| finding.affected.iter().any(|node| it.contains(&node.id)))
    }

    /// Those of the findings about which all was read: each source that their paths rest on is there
    /// and complete, and no source that says something of their nodes was read incompletely since. Of
    /// no other may it be said that it is over.
    #[must_use]
    pub fn wholly_read<'a>(&self, findings: &[&'a Finding]) -> BTreeSet<&'a Fingerprint> {
        let all = findings.iter().flat_map(|finding| nodes_of(finding)).collect();
        let doubt = self.engine.in_doubt(&all);
        let is_whole = |finding: &&&Finding| {
            let sources = steps(finding).map(|step| &step.because.source);
            self.as_of(sources).is_some_and(|(_, complete)| complete)
                && !nodes_of(finding).any(|node| doubt.contains(node))
        };
        findings.iter().filter(is_whole).map(|finding| &finding.fingerprint).collect()
    }

    /// Start and completeness of the newest read on which all of these sources rest: the oldest of
    /// them, complete when each is.
    #[must_use]
    pub fn as_of<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a SourceId>,
    ) -> Option<(Timestamp, bool)> {
        let rests_on = self.engine.rests_on();
        let mut oldest: Option<(Timestamp, bool)> = None;
        for source in sources {
            let read = rests_on.iter().find(|it| &it.source == source)?;
            oldest = Some(match oldest {
                Some((at, complete)) => (at.min(read.read_at), complete && read.complete),
                None => (read.read_at, read.complete),
            });
        }
        oldest
    }

    /// Whether a limit cut the evaluation of a rule off: then what is not among its findings may still
    /// be there. A remark that names no rule counts for each.
    #[must_use]
    pub fn is_cut_off(&self, rule: &str) -> bool {
        self.engine.partial().iter().any(|remark| concerns(remark, rule))
    }

    /// Who of those that a finding affected still has the combination, on whatever path. None when no
    /// loaded pack has its rule.
    #[must_use]
    pub fn still(&self, finding: &Finding) -> Option<BTreeMap<NodeId, Met>> {
        if finding.rule == NOT_KEPT {
            return Some(self.not_kept(finding));
        }
        let asked = finding.affected.iter().map(|node| &node.id);
        self.engine.still_many(&finding.rule, asked).ok()
    }

    /// Who of those that a finding of a review affected still reaches what they were to lose, on whatever
    /// path. Whom or what no source knows any more reaches nothing.
    fn not_kept(&self, finding: &Finding) -> BTreeMap<NodeId, Met> {
        let goal = &finding.root_cause;
        let still = finding.affected.iter().filter_map(|node| {
            let ways = self.engine.path(&node.id, &goal.id, &EdgeFilter::all()).ok()?;
            let certainty =
                if ways.missing.is_empty() { Certainty::Proven } else { Certainty::Potential };
            let met = Met {
                certainty,
                missing: ways.missing,
                root_causes: vec![goal.clone()],
                paths: ways.paths,
            };
            ways.found.then(|| (node.id.clone(), met))
        });
        still.collect()
    }
}

/// Somebody who still has a toxic combination.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Still {
    /// Who.
    pub node: NodeId,
    /// Their name.
    pub name: String,
    /// Through what, by name, from them to the entitlement.
    pub path: Vec<String>,
}

/// Those whom a finding affected and who still have it, each with one path: to the same thing as a
/// path that the change was to cut, else to the same side of the rule, else the first.
pub(crate) fn told(
    finding: &Finding,
    still: &BTreeMap<NodeId, Met>,
    is_cut: impl Fn(&[Step]) -> bool,
) -> Vec<Still> {
    let cut = finding.paths.iter().position(|path| is_cut(path));
    let place = cut.unwrap_or_default().checked_rem(sides(finding)).unwrap_or_default();
    let goal = cut.and_then(|it| finding.paths.get(it)?.last());
    let told = finding.affected.iter().filter_map(|node| {
        let paths = &still.get(&node.id)?.paths;
        let leads = |path: &&Vec<Step>| {
            path.last().zip(goal).is_some_and(|(last, goal)| last.node.id == goal.node.id)
        };
        let path = paths.iter().find(leads).or_else(|| paths.get(place)).or_else(|| paths.first());
        let names = path.into_iter().flatten().map(|step| step.node.name.clone());
        Some(Still { node: node.id.clone(), name: node.name.clone(), path: names.collect() })
    });
    told.collect()
}

/// How many paths a finding has from each of those whom it affects: one to each side.
fn sides(finding: &Finding) -> usize {
    let start = |path: &Vec<Step>| path.first().map(|step| step.node.id.clone());
    let first = finding.paths.first().and_then(start);
    finding.paths.iter().take_while(|path| start(path) == first).count()
}

fn steps(finding: &Finding) -> impl Iterator<Item = &Step> {
    finding.paths.iter().flatten()
}

/// Everything that a finding names.
fn nodes_of(finding: &Finding) -> impl Iterator<Item = &NodeId> {
    let named = finding.affected.iter().chain([&finding.root_cause]);
    steps(finding).map(|step| &step.node).chain(named).map(|node| &node.id)
}

/// Whether a remark of the engine is about this rule, or about none.
fn concerns(remark: &str, rule: &str) -> bool {
    !remark.starts_with("rule `") || remark.starts_with(&format!("rule `{rule}`:"))
}

#[cfg(test)]
mod tests {
    use countersign_access::edge::{Edge, EdgeKind};
    use countersign_access::engine::Engine;
    use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
    use countersign_access::node::{Node, NodeId, NodeKind};
    use countersign_policy::rules::{Text, load};
    use jiff::Timestamp;

    use super::{Graph, NotAnswered, QUESTION_WITHIN, QUESTIONS_AT_ONCE_MAX, concerns, told};

    const RULES: &str = r#"
[pack]
id = "test"
version = "1"

[[rule]]
id = "test.both"
title = "Pays and approves"
severity = "high"
explanation = "Whoever does both needs nobody else."
remedy = "Take one of them away."
[[rule.side]]
name = "pay"
any = [{ tag = "duty=pay" }]
[[rule.side]]
name = "approve"
any = [{ tag = "duty=approve" }]
"#;

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    /// What `app` says: memberships of `ann`, and grants.
    fn said(edges: &[(&str, EdgeKind, &str)]) -> Run {
        let source = SourceId::new("app");
        let mut facts = Chunk::default();
        for (name, kind, duty) in [
            ("ann", NodeKind::Person, ""),
            ("clerk", NodeKind::Role, ""),
            ("night", NodeKind::Role, ""),
            ("pay", NodeKind::Entitlement, "pay"),
            ("approve", NodeKind::Entitlement, "approve"),
            ("approve-all", NodeKind::Entitlement, "approve"),
        ] {
            let mut node = Node::new(id(name), kind, name, "app", source.at("here"));
            node.tags.insert("duty".to_owned(), duty.to_owned());
            facts.nodes.push(node);
        }
        let edge =
            |it: &(&str, EdgeKind, &str)| Edge::new(id(it.0), it.1, id(it.2), source.at(it.2));
        facts.edges.extend(edges.iter().map(edge));
        Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts }
    }

    const CLERK: [(&str, EdgeKind, &str); 3] = [
        ("ann", EdgeKind::MemberOf, "clerk"),
        ("clerk", EdgeKind::Grants, "pay"),
        ("clerk", EdgeKind::Grants, "approve"),
    ];

    fn engine(runs: Vec<Run>) -> Engine {
        let text = Text { name: "test.toml".to_owned(), text: RULES.to_owned() };
        Engine::build(runs, load(&[text], false).unwrap().packs)
    }

    #[test]
    fn what_somebody_still_has_is_shown_by_the_side_that_was_to_be_cut() {
        let before = engine(vec![said(&CLERK)]);
        let finding = before.findings().values().next().unwrap().clone();
        let around = [
            ("ann", EdgeKind::MemberOf, "clerk"),
            ("ann", EdgeKind::MemberOf, "night"),
            ("clerk", EdgeKind::Grants, "pay"),
            ("night", EdgeKind::Grants, "approve-all"),
        ];
        let shown = Graph::new(before.after(said(&around)).0, 2).read();
        let still = shown.still(&finding).unwrap();
        let through = |goal: &str| {
            let is_cut = |path: &[super::Step]| path.iter().any(|step| step.node.id == id(goal));
            told(&finding, &still, is_cut).into_iter().map(|it| it.path).collect::<Vec<_>>()
        };
        assert_eq!(through("approve"), [["ann", "night", "approve-all"]]);
        assert_eq!(through("pay"), [["ann", "clerk", "pay"]]);
        assert_eq!(through("clerk"), through("ann"), "before the sides part, any side will do");
    }

    #[test]
    fn a_reader_keeps_the_graph_that_it_saw_and_who_meets_a_rule_is_that_graphs_answer() {
        let graph = Graph::new(engine(vec![said(&CLERK)]), 1);
        let seen = graph.read();
        graph.put(seen.engine.after(said(&CLERK[..2])).0, 2);
        let [before, after] = [seen, graph.read()].map(|shown| {
            let met = shown.meeting("test.both").unwrap();
            (shown.position, met.contains(&id("ann")), shown.engine.findings().len())
        });
        assert_eq!((before, after), ((1, true, 1), (2, false, 0)));
        assert_eq!(graph.read().meeting("test.none"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_is_answered_busy_or_too_long_in_time_and_keeps_its_place_until_it_ends() {
        let graph = Graph::new(engine(vec![said(&CLERK)]), 1);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let ended = std::sync::Arc::new(std::sync::Mutex::new(ended));
        let slow = |_: usize| {
            let (graph, ended) = (graph.clone(), std::sync::Arc::clone(&ended));
            tokio::spawn(
                async move { graph.ask(move |_| ended.lock().unwrap().recv().is_err()).await },
            )
        };
        let slow: Vec<_> = (0..QUESTIONS_AT_ONCE_MAX).map(slow).collect();
        while graph.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let late = tokio::spawn({
            let graph = graph.clone();
            async move { graph.ask(|shown| shown.position).await }
        });
        tokio::task::yield_now().await;
        tokio::time::advance(QUESTION_WITHIN).await;
        for slow in slow {
            assert!(matches!(slow.await.unwrap(), Err(NotAnswered::TooLong)));
        }
        assert!(matches!(late.await.unwrap(), Err(NotAnswered::Busy)));
        assert_eq!(graph.places.available_permits(), 0, "they are still at work");
        drop(end);
        let answer = graph.ask(|shown| shown.position).await;
        assert_eq!(answer.unwrap(), 1, "a place is free again");
    }

    #[test]
    fn nothing_is_wholly_read_whose_nodes_an_incomplete_source_speaks_of() {
        let engine = engine(vec![said(&CLERK)]);
        let finding = engine.findings().values().next().unwrap().clone();
        let partial = |node: &str| {
            let source = SourceId::new("other");
            let node = Node::new(id(node), NodeKind::Person, node, "other", source.at("here"));
            let facts = Chunk { nodes: vec![node], edges: Vec::new() };
            let unreadable = vec![Unreadable { place: "a part".into(), why: "denied".into() }];
            Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable, facts }
        };
        let is_whole =
            |engine: Engine| !Graph::new(engine, 1).read().wholly_read(&[&finding]).is_empty();
        assert!(is_whole(engine.after(partial("zoe")).0));
        assert!(!is_whole(engine.after(partial("ann")).0));
        assert!(!is_whole(Engine::build(Vec::new(), Vec::new())), "nothing was read");
        assert!(is_whole(engine));
    }

    #[test]
    fn a_remark_concerns_the_rule_that_it_names_and_each_when_it_names_none() {
        let remark = "rule `p2p.both`: only its first 100000 findings were kept";
        assert!(concerns(remark, "p2p.both"));
        assert!(!concerns(remark, "p2p"));
        assert!(!concerns(remark, "payroll.both"));
        assert!(concerns("only a part of the graph was looked at", "payroll.both"));
    }
}
