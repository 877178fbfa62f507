//! What a question is answered with, in the JSON form that other programs rely on (version 1).

use std::collections::BTreeMap;

use countersign_access::edge::{EdgeKey, Missing};
use countersign_access::engine::{
    Answer, Blast, Cut, CutEdge, Engine, Holder, Stats, Verified, Ways, WhatIf,
};
use countersign_access::fact::RestsOn;
use countersign_access::finding::{Finding, Step};
use serde::Serialize;

/// Version of the JSON form.
const VERSION: u32 = 1;

/// An answer with its version and whether it is whole.
#[derive(Debug, Serialize)]
pub(super) struct Reply {
    version: u32,
    /// What was asked for.
    #[serde(flatten)]
    pub(super) body: Body,
    /// Whether something could not be read or a limit was met.
    pub(super) partial: bool,
    /// Why.
    pub(super) why_partial: Vec<String>,
}

impl Reply {
    /// An answer, and why it is partial if it is.
    pub(super) fn new(body: Body, why_partial: Vec<String>) -> Self {
        Self { version: VERSION, body, partial: !why_partial.is_empty(), why_partial }
    }
}

/// What each question is answered with.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Body {
    /// The graph in figures.
    Stats {
        nodes: usize,
        edges: usize,
        nodes_by_kind: BTreeMap<String, usize>,
        edges_by_kind: BTreeMap<String, usize>,
        dangling: Vec<EdgeKey>,
        traversable: usize,
        rests_on: Vec<RestsOn>,
    },
    /// Nodes.
    List {
        answers: Vec<Holder>,
        total: usize,
        /// Who has it on named objects only; no answer to the question.
        limited: Vec<Holder>,
        rests_on: Vec<RestsOn>,
    },
    /// Resources.
    Blast {
        answers: Vec<Holder>,
        total: usize,
        by_kind: BTreeMap<String, usize>,
        by_system: BTreeMap<String, usize>,
        rests_on: Vec<RestsOn>,
    },
    /// Ways.
    Ways {
        found: bool,
        length: usize,
        paths: Vec<Vec<Step>>,
        missing: Vec<Missing>,
        rests_on: Vec<RestsOn>,
    },
    /// Edges to take away.
    Cut { edges: Vec<CutEdge>, exact: bool, rests_on: Vec<RestsOn> },
    /// What would be.
    WhatIf {
        ended: Vec<Finding>,
        opened: Vec<Finding>,
        changed: Vec<Finding>,
        rests_on: Vec<RestsOn>,
    },
    /// Whether the graph is what it should be.
    Verified { equal: bool, first_difference: Option<String>, rests_on: Vec<RestsOn> },
}

/// A body, and why it is partial by itself.
type Partial = (Body, Option<String>);

impl Body {
    pub(super) fn stats(engine: &Engine) -> Partial {
        let Stats { nodes, edges, nodes_by_kind, edges_by_kind, dangling, traversable } =
            engine.stats();
        let rests_on = engine.rests_on();
        let body = Self::Stats {
            nodes,
            edges,
            nodes_by_kind,
            edges_by_kind,
            dangling,
            traversable,
            rests_on,
        };
        (body, None)
    }

    pub(super) fn list(answer: Answer<Holder>, limited: Vec<Holder>) -> Partial {
        let Answer { answers, total, partial, rests_on } = answer;
        (Self::List { answers, total, limited, rests_on }, partial)
    }

    pub(super) fn blast(blast: Blast) -> Partial {
        let Blast { answer, by_kind, by_system } = blast;
        let Answer { answers, total, partial, rests_on } = answer;
        (Self::Blast { answers, total, by_kind, by_system, rests_on }, partial)
    }

    pub(super) fn ways(ways: Ways) -> Partial {
        let Ways { found, length, paths, missing, rests_on } = ways;
        (Self::Ways { found, length, paths, missing, rests_on }, None)
    }

    pub(super) fn cut(cut: Cut) -> Partial {
        let Cut { edges, exact, rests_on } = cut;
        (Self::Cut { edges, exact, rests_on }, None)
    }

    pub(super) fn what_if(what_if: WhatIf) -> Partial {
        let WhatIf { ended, opened, changed, partial, rests_on } = what_if;
        (Self::WhatIf { ended, opened, changed, rests_on }, partial)
    }

    pub(super) fn verified(verified: Verified, engine: &Engine) -> Partial {
        let Verified { equal, first_difference } = verified;
        (Self::Verified { equal, first_difference, rests_on: engine.rests_on() }, None)
    }
}
