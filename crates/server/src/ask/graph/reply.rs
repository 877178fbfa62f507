//! Puts what the engine answers into the form that is sent, and cuts long lists.

use countersign_access::engine::{self, Answer, Engine, Holder};

use super::answer::{
    Access, Blast, Body, Cut, CutSet, Difference, FindingWays, Held, List, Reply, Stats, Verified,
    Ways, WhatIf,
};

/// A body, and why it is partial by itself.
pub(super) type Partial = (Body, Option<String>);

impl Reply<Body> {
    /// The same with at most so many nodes in a list; that more were left out is said.
    #[must_use]
    pub fn cut_to(mut self, limit: usize) -> Self {
        let (answers, total) = match &mut self.body {
            Body::List(List { answers, total, limited, .. }) => {
                limited.truncate(limit);
                (answers, *total)
            }
            Body::Blast(Blast { answers, total, .. }) => (answers, *total),
            Body::Difference(difference) => {
                if difference.cut_to(limit) {
                    self.is_partial_too(format!("only the first {limit} of each are listed"));
                }
                return self;
            }
            Body::Access(Access { answers, total, .. }) => {
                if answers.len() > limit {
                    answers.truncate(limit);
                    let why = format!("only the first {limit} of {total} answers are listed");
                    self.is_partial_too(why);
                }
                return self;
            }
            Body::WhatIf(what_if) => {
                for why in what_if.cut_to(limit) {
                    self.is_partial_too(why);
                }
                return self;
            }
            Body::Stats(_)
            | Body::Ways(_)
            | Body::WaysOf(_)
            | Body::Cut(_)
            | Body::CutSet(_)
            | Body::Verified(_) => return self,
        };
        if answers.len() > limit {
            answers.truncate(limit);
            self.is_partial_too(format!("only the first {limit} of {total} answers are listed"));
        }
        self
    }
}

impl Difference {
    /// Whether something was left out of a list.
    fn cut_to(&mut self, limit: usize) -> bool {
        let Self { nodes, edges, findings, .. } = self;
        // All are asked: each has to be cut.
        nodes.cut_to(limit) | edges.cut_to(limit) | findings.cut_to(limit)
    }
}

impl WhatIf {
    /// What was left out of which list.
    fn cut_to(&mut self, limit: usize) -> Vec<String> {
        let Self { ended, opened, changed, .. } = self;
        let totals = [
            (ended.len(), "would end"),
            (opened.len(), "would be new"),
            (changed.len(), "would be otherwise"),
        ];
        ended.truncate(limit);
        opened.truncate(limit);
        changed.truncate(limit);
        let cut = totals.into_iter().filter(|(total, _)| *total > limit);
        let words = cut.map(|(total, what)| {
            format!("only the first {limit} of {total} findings that {what} are listed")
        });
        words.collect()
    }
}

impl Body {
    pub(super) fn difference(difference: engine::Difference) -> Partial {
        let engine::Difference { nodes, edges, findings, partial, earlier, later } = difference;
        let difference = Difference { nodes, edges, findings, earlier, later };
        (Self::Difference(Box::new(difference)), partial)
    }

    pub(super) fn stats(engine: &Engine) -> Partial {
        let engine::Stats { nodes, edges, nodes_by_kind, edges_by_kind, dangling, traversable } =
            engine.stats();
        let rests_on = engine.rests_on();
        let stats =
            Stats { nodes, edges, nodes_by_kind, edges_by_kind, dangling, traversable, rests_on };
        (Self::Stats(stats), None)
    }

    pub(super) fn list(answer: Answer<Holder>, limited: Vec<Holder>) -> Partial {
        let Answer { answers, total, partial, rests_on } = answer;
        (Self::List(List { answers, total, limited, rests_on }), partial)
    }

    pub(super) fn blast(blast: engine::Blast) -> Partial {
        let engine::Blast { answer, by_kind, by_system, by_sensitivity } = blast;
        let Answer { answers, total, partial, rests_on } = answer;
        let blast = Blast { answers, total, by_kind, by_system, by_sensitivity, rests_on };
        (Self::Blast(blast), partial)
    }

    pub(super) fn access(answer: Answer<engine::Held>) -> Partial {
        let Answer { answers, total, partial, rests_on } = answer;
        let answers = answers.into_iter().map(held).collect();
        (Self::Access(Access { answers, total, rests_on }), partial)
    }

    pub(super) fn ways(ways: engine::Ways) -> Partial {
        let engine::Ways { found, length, paths, ways, more, missing, partial, rests_on } = ways;
        (Self::Ways(Ways { found, length, paths, ways, more, missing, rests_on }), partial)
    }

    pub(super) fn ways_of(ways: engine::FindingWays) -> Partial {
        let engine::FindingWays { fingerprint, rule, root_cause, from, shared, sides, .. } = ways;
        let (fingerprint, rests_on) = (fingerprint.0, ways.rests_on);
        let told = FindingWays { fingerprint, rule, root_cause, from, shared, sides, rests_on };
        (Self::WaysOf(Box::new(told)), ways.partial)
    }

    pub(super) fn cut(cut: engine::Cut) -> Partial {
        let engine::Cut { edges, exact, rests_on } = cut;
        let partial = (!exact).then(|| "a limit was met before every edge was tried".to_owned());
        (Self::Cut(Cut { edges, exact, rests_on }), partial)
    }

    pub(super) fn cut_set(set: engine::CutSet) -> Partial {
        let engine::CutSet { edges, clears, at_least, is_exact, rests_on } = set;
        let partial = (!clears && !is_exact)
            .then(|| "a limit was met before any edges that clear it were found".to_owned());
        (Self::CutSet(CutSet { edges, clears, at_least, is_exact, rests_on }), partial)
    }

    pub(super) fn what_if(what_if: engine::WhatIf) -> Partial {
        let engine::WhatIf { ended, opened, changed, partial, rests_on } = what_if;
        (Self::WhatIf(WhatIf { ended, opened, changed, rests_on }), partial)
    }

    pub(super) fn verified(verified: engine::Verified, engine: &Engine) -> Partial {
        let engine::Verified { equal, first_difference } = verified;
        let rests_on = engine.rests_on();
        (Self::Verified(Verified { equal, first_difference, rests_on }), None)
    }
}

fn held(held: engine::Held) -> Held {
    let because = |it: &engine::Source| format!("{}: {}", it.because.source, it.because.locator);
    Held {
        id: held.entitlement.id.as_str().to_owned(),
        name: held.entitlement.name,
        system: held.entitlement.system,
        certainty: held.certainty.as_str().to_owned(),
        through: held.sources.iter().map(|it| it.node.id.as_str().to_owned()).collect(),
        through_total: held.sources_total,
        because: held.sources.iter().map(because).collect(),
    }
}
