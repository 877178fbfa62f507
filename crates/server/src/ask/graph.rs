//! Questions to the access graph: the same ones, answered in the same form, over what a server has read
//! and over files. Changes nothing; an edit is tried on a copy.

mod answer;
pub(crate) mod edge_text;
mod moved;
pub(crate) mod past;
mod reply;
pub mod shape;

use std::collections::BTreeSet;

use countersign_access::edge::EdgeKey;
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{
    Ask, BadEdit, CUT_WORK_MAX, EdgeFilter, Edit, Engine, NoWays, REACH_WORK_MAX, UnknownFinding,
    UnknownNode, WAY_EDGES, WAYS_LISTED, WAYS_WORK_MAX, Watch, WayLimits, Within,
};
use countersign_access::finding::Fingerprint;
use countersign_access::node::NodeId;

pub use answer::{
    Access, Blast, Body, Cut, CutSet, Difference, FindingWays, List, Reply, Stats, Verified, Ways,
    WhatIf,
};
pub use moved::moved_words;
use reply::Partial;

/// Most edges that one edit may take away, and as many add.
pub const EDIT_MAX: usize = 100;

/// Along which edges, and how many of them at most from where it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Along {
    /// Which kinds of edge.
    pub follow: EdgeFilter,
    /// Most edges; none for however many.
    pub depth: Option<usize>,
}

impl From<EdgeFilter> for Along {
    fn from(follow: EdgeFilter) -> Self {
        Self { follow, depth: None }
    }
}

/// How many ways are looked for, and how long they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// Most ways, to each thing that is to be reached.
    pub ways: usize,
    /// Most edges of each.
    pub edges: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { ways: WAYS_LISTED, edges: WAY_EDGES }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The graph in figures.
    Stats,
    /// Everything that a node reaches.
    Reach(NodeId, Along),
    /// Who reaches a node.
    WhoReaches(NodeId, Along),
    /// Who can do something on something.
    WhoCan(Ask, Along),
    /// The distinct resources that a node reaches.
    Blast(NodeId, Along),
    /// The shortest ways from one node to another.
    Path(NodeId, NodeId, EdgeFilter),
    /// The entitlements that a node has in the end, each with whoever has it directly.
    Access(NodeId),
    /// All ways from one node to another without a repeated node.
    Paths(NodeId, NodeId, EdgeFilter, Most),
    /// All ways of a finding to each thing that its rule asks for.
    WaysOf {
        /// The beginning of its fingerprint.
        finding: String,
        /// Where they begin; at its root cause when none is named.
        from: Option<NodeId>,
        /// How many.
        most: Most,
    },
    /// The single edges that clear one finding, which the beginning of its fingerprint names.
    Cut(String),
    /// The fewest edges that clear one finding together, which the beginning of its fingerprint names.
    CutSet(String),
    /// So many single edges that clear most findings.
    CutAll(usize),
    /// What findings would end and open without some edges and with some others, each as
    /// `SOURCE,KIND,TARGET`.
    WhatIf {
        /// Taken away.
        remove: Vec<String>,
        /// Added.
        add: Vec<String>,
    },
    /// Whether what is kept is what a full evaluation gives.
    Verify,
}

/// What is different between two graphs.
///
/// # Errors
/// When it was called off.
pub fn difference(
    earlier: &Engine,
    later: &Engine,
    should_stop: Stop<'_>,
) -> Result<Reply<Body>, NoAnswer> {
    let go_on = || if should_stop() { Err(NoAnswer::CalledOff) } else { Ok(()) };
    let watch = Watch { go_on: &go_on, progress: &|_, _, _| {} };
    let (body, partial) = Body::difference(later.difference_within(earlier, watch)?);
    let mut why = not_whole(earlier);
    for again in not_whole(later) {
        if !why.contains(&again) {
            why.push(again);
        }
    }
    why.extend(partial);
    Ok(Reply::new(body, why))
}

/// Which reads did not see everything, in words.
fn not_whole(engine: &Engine) -> Vec<String> {
    let incomplete = engine.rests_on().into_iter().filter(|read| !read.complete);
    incomplete.map(|read| format!("`{}` was not read whole", read.source)).collect()
}

/// Why a question has no answer; in words that end with a next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It names something that is not there.
    #[error("{0}")]
    Unknown(String),
    /// It names a finding that is not there.
    #[error("{0}")]
    NoFinding(String),
    /// It cannot be meant.
    #[error("{0}")]
    Malformed(String),
    /// It was called off before there was any answer.
    #[error("this was not worked out in time")]
    CalledOff,
}

/// Asked now and then, from any thread, whether to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

impl From<UnknownNode> for NoAnswer {
    fn from(unknown: UnknownNode) -> Self {
        Self::Unknown(unknown.to_string())
    }
}

impl From<UnknownFinding> for NoAnswer {
    fn from(unknown: UnknownFinding) -> Self {
        Self::NoFinding(unknown.to_string())
    }
}

impl From<BadEdit> for NoAnswer {
    fn from(bad: BadEdit) -> Self {
        Self::Unknown(bad.to_string())
    }
}

impl From<NoWays> for NoAnswer {
    fn from(none: NoWays) -> Self {
        match none {
            NoWays::Finding(unknown) => unknown.into(),
            NoWays::Node(unknown) => unknown.into(),
        }
    }
}

impl Question {
    /// Answers it from this graph.
    ///
    /// # Errors
    /// When it names something that is not there, or cannot be meant.
    pub fn answer(&self, engine: &Engine) -> Result<Reply<Body>, NoAnswer> {
        self.answer_until(engine, &|| false)
    }

    /// The same; a question that can say less says it soon after it is told to stop.
    ///
    /// # Errors
    /// When it names something that is not there, cannot be meant, or was called off and there is no
    /// part of an answer.
    pub fn answer_until(
        &self,
        engine: &Engine,
        should_stop: Stop<'_>,
    ) -> Result<Reply<Body>, NoAnswer> {
        let limits = Limits { work: CUT_WORK_MAX, should_stop, ..Limits::default() };
        let (body, partial) = self.body(engine, limits, should_stop)?;
        let mut why = not_whole(engine);
        if self.is_about_findings() {
            why.extend(engine.partial().iter().cloned());
        }
        why.extend(partial);
        Ok(Reply::new(body, why))
    }

    fn body(
        &self,
        engine: &Engine,
        limits: Limits<'_>,
        should_stop: Stop<'_>,
    ) -> Result<Partial, NoAnswer> {
        let go_on = || if should_stop() { Err(NoAnswer::CalledOff) } else { Ok(()) };
        let watch = Watch { go_on: &go_on, progress: &|_, _, _| {} };
        Ok(match self {
            Self::Stats => Body::stats(engine),
            Self::Reach(id, along) => {
                let answer = engine.reach_within(id, &along.follow, within(along, limits))?;
                Body::list(answer, Vec::new())
            }
            Self::WhoReaches(id, along) => {
                let answer =
                    engine.who_can_node_within(id, &along.follow, within(along, limits))?;
                Body::list(answer, Vec::new())
            }
            Self::WhoCan(ask, along) => {
                let found = engine.who_can_within(ask, &along.follow, within(along, limits));
                Body::list(found.answer, found.limited)
            }
            Self::Access(id) => Body::access(engine.held(id)?),
            Self::Blast(id, along) => {
                Body::blast(engine.blast_within(id, &along.follow, within(along, limits))?)
            }
            Self::Path(start, end, follow) => {
                let within = within(&Along::default(), limits);
                Body::ways(engine.path_within(start, end, follow, within)?)
            }
            Self::Paths(start, end, follow, most) => {
                Body::ways(engine.paths(start, end, follow, most.limits(limits))?)
            }
            Self::WaysOf { finding: beginning, from, most } => {
                let finding = finding(engine, beginning)?;
                Body::ways_of(engine.ways_of(&finding, from.as_ref(), most.limits(limits))?)
            }
            Self::Cut(beginning) => {
                Body::cut(engine.cut_within(&finding(engine, beginning)?, limits)?)
            }
            Self::CutSet(beginning) => {
                let finding = BTreeSet::from([finding(engine, beginning)?]);
                Body::cut_set(engine.cut_set(&finding, limits)?)
            }
            Self::CutAll(top) => Body::cut(engine.cut_all_within(*top, limits)),
            Self::WhatIf { remove, add } => {
                Body::what_if(engine.what_if_within(&edit(engine, remove, add)?, watch)??)
            }
            Self::Verify => Body::verified(engine.verify_within(watch)?, engine),
        })
    }

    /// Whether a limit that the evaluation of rules met is part of the answer.
    fn is_about_findings(&self) -> bool {
        match self {
            Self::Cut(_)
            | Self::CutSet(_)
            | Self::CutAll(_)
            | Self::WaysOf { .. }
            | Self::WhatIf { .. }
            | Self::Verify => true,
            Self::Stats
            | Self::Reach(..)
            | Self::WhoReaches(..)
            | Self::WhoCan(..)
            | Self::Blast(..)
            | Self::Access(_)
            | Self::Path(..)
            | Self::Paths(..) => false,
        }
    }
}

impl Most {
    fn limits(self, limits: Limits<'_>) -> WayLimits<'_> {
        let cost = Limits { work: WAYS_WORK_MAX, ..limits };
        WayLimits { most: self.ways, edges: self.edges, cost }
    }
}

fn within<'a>(along: &Along, limits: Limits<'a>) -> Within<'a> {
    let cost = Limits { work: REACH_WORK_MAX, ..limits };
    Within { depth: along.depth, cost, ..Within::default() }
}

/// The one finding whose fingerprint begins so.
fn finding(engine: &Engine, beginning: &str) -> Result<Fingerprint, NoAnswer> {
    let mut found = engine.findings().keys().filter(|it| it.0.starts_with(beginning));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.clone()),
        (None, _) => Err(UnknownFinding(Fingerprint(beginning.to_owned())).into()),
        (Some(_), Some(_)) => Err(NoAnswer::Malformed(format!(
            "more than one finding begins with `{beginning}`: give more of the fingerprint"
        ))),
    }
}

fn edit(engine: &Engine, remove: &[String], add: &[String]) -> Result<Edit, NoAnswer> {
    if remove.is_empty() && add.is_empty() {
        let words = "nothing to try: name an edge to `remove` or to `add`";
        return Err(NoAnswer::Malformed(words.to_owned()));
    }
    if remove.len() > EDIT_MAX || add.len() > EDIT_MAX {
        let words = format!("more than {EDIT_MAX} edges at once: try fewer");
        return Err(NoAnswer::Malformed(words));
    }
    let key = |text: &String| -> Result<EdgeKey, NoAnswer> {
        edge_text::parse(text, engine).map_err(NoAnswer::Malformed)
    };
    let remove = remove.iter().map(key).collect::<Result<_, _>>()?;
    let supposed = |text| key(text).map(edge_text::supposed);
    Ok(Edit { remove, add: add.iter().map(supposed).collect::<Result<_, _>>()? })
}

#[cfg(test)]
pub(super) mod tests {
    use countersign_access::edge::{Edge, EdgeKind};
    use countersign_access::engine::{EdgeFilter, Engine};
    use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
    use countersign_access::node::{Node, NodeId, NodeKind};
    use countersign_policy::rules::{Text, load};
    use jiff::Timestamp;

    use super::{Along, Body, Most, NoAnswer, Question, Reply};

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    fn engine(unreadable: Vec<Unreadable>) -> Engine {
        let source = SourceId::new("app");
        let node = |name: &str, kind| Node::new(id(name), kind, name, "app", source.at(name));
        let facts = Chunk {
            nodes: vec![node("ann", NodeKind::Person), node("all", NodeKind::Entitlement)],
            edges: vec![Edge::new(id("ann"), EdgeKind::Grants, id("all"), source.at("here"))],
        };
        let run = Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable, facts };
        Engine::build(vec![run], Vec::new())
    }

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
any = [{ entitlement = "pay" }]
[[rule.side]]
name = "approve"
any = [{ entitlement = "approve" }]
"#;

    /// One finding: `ann` pays and approves, both through `clerk`.
    pub(in crate::ask::graph) fn judged() -> Engine {
        let source = SourceId::new("app");
        let node = |name: &str, kind| Node::new(id(name), kind, name, "app", source.at(name));
        let edge = |from, kind, to| Edge::new(id(from), kind, id(to), source.at("here"));
        let facts = Chunk {
            nodes: vec![
                node("ann", NodeKind::Person),
                node("clerk", NodeKind::Role),
                node("pay", NodeKind::Entitlement),
                node("approve", NodeKind::Entitlement),
            ],
            edges: vec![
                edge("ann", EdgeKind::MemberOf, "clerk"),
                edge("clerk", EdgeKind::Grants, "pay"),
                edge("clerk", EdgeKind::Grants, "approve"),
            ],
        };
        let run = Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts };
        let text = Text { name: "test.toml".to_owned(), text: RULES.to_owned() };
        Engine::build(vec![run], load(&[text], false).unwrap().packs)
    }

    #[test]
    fn an_answer_says_which_read_was_not_whole_and_comes_back_out_of_its_json() {
        let reach = Question::Reach(id("ann"), Along::default());
        let whole = reach.answer(&engine(Vec::new())).unwrap();
        assert!(!whole.partial && whole.why_partial.is_empty(), "{whole:?}");
        let denied = Unreadable { place: "a part".to_owned(), why: "denied".to_owned() };
        let engine = engine(vec![denied]);
        let partial = reach.answer(&engine).unwrap();
        assert_eq!(partial.why_partial, ["`app` was not read whole"]);
        for question in [
            Question::Stats,
            reach,
            Question::WhoReaches(id("all"), Along::default()),
            Question::Blast(id("ann"), Along::default()),
            Question::Path(id("ann"), id("all"), EdgeFilter::all()),
            Question::Access(id("ann")),
            Question::Paths(id("ann"), id("all"), EdgeFilter::all(), Most::default()),
            Question::CutAll(3),
            Question::WhatIf { remove: vec!["ann,grants,all".to_owned()], add: Vec::new() },
            Question::Verify,
        ] {
            let reply = question.answer(&engine).unwrap();
            let json = serde_json::to_string(&reply).unwrap();
            let back: Reply<Body> = serde_json::from_str(&json).unwrap();
            assert_eq!(back, reply, "{json}");
        }
    }

    #[test]
    fn only_so_many_answers_are_sent_and_that_is_said() {
        let reply = Question::Reach(id("ann"), Along::default()).answer(&engine(Vec::new()));
        let cut = reply.unwrap().cut_to(0);
        assert!(matches!(&cut.body, Body::List(it) if it.answers.is_empty() && it.total == 1));
        assert_eq!(cut.why_partial, ["only the first 0 of 1 answers are listed"]);
    }

    #[test]
    fn a_read_that_was_not_whole_then_and_now_is_named_once() {
        let part = || Unreadable { place: "a part".to_owned(), why: "denied".to_owned() };
        let run = |name: &str| Run {
            source: SourceId::new(name),
            read_at: Timestamp::UNIX_EPOCH,
            unreadable: vec![part()],
            facts: Chunk::default(),
        };
        let engine = Engine::build(vec![run("app"), run("hr")], Vec::new());
        let why = super::difference(&engine, &engine, &|| false).unwrap().why_partial;
        assert_eq!(why, ["`app` was not read whole", "`hr` was not read whole"]);
    }

    #[test]
    fn a_set_that_nobody_found_in_time_is_no_whole_answer_and_findings_are_cut_like_nodes() {
        let engine = judged();
        let first = engine.findings().keys().next().unwrap().0.clone();
        let set = Question::CutSet(first);
        assert!(!set.answer(&engine).unwrap().partial);
        assert!(set.answer_until(&engine, &|| true).unwrap().partial);
        let gone = vec!["ann,member_of,clerk".to_owned()];
        for none in [Question::Verify, Question::WhatIf { remove: gone, add: Vec::new() }] {
            let answer = none.answer_until(&engine, &|| true);
            assert!(matches!(answer, Err(NoAnswer::CalledOff)), "{answer:?}");
        }
        let gone = Question::WhatIf { remove: vec!["ann,member_of,clerk".into()], add: Vec::new() };
        let cut = gone.answer(&engine).unwrap().cut_to(0);
        assert_eq!(cut.why_partial, ["only the first 0 of 1 findings that would end are listed"]);
    }

    #[test]
    fn an_edit_of_nothing_or_of_too_much_is_not_tried() {
        let what_if = |remove: usize, add: usize| {
            let edge = |_| "ann,grants,all".to_owned();
            let (remove, add) = ((0..remove).map(edge).collect(), (0..add).map(edge).collect());
            Question::WhatIf { remove, add }.answer(&engine(Vec::new()))
        };
        assert!(what_if(1, 100).is_ok());
        for (remove, add) in [(0, 0), (101, 0), (1, 101)] {
            assert!(matches!(what_if(remove, add), Err(NoAnswer::Malformed(_))));
        }
    }
}
