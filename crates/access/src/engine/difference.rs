//! What is different between an earlier graph and a later one, for people: nodes, edges and findings that
//! came, went and are otherwise.

use std::collections::BTreeSet;

use super::Engine;
use super::answer::{ANSWERS_MAX, Changes, Difference};
use super::compare::compare;
use super::delta::{self, Delta};
use super::judge;
use super::moved::{Ground, Moving};
use super::watch::Watch;

impl Engine {
    /// What is different here from an earlier graph. Findings of both are judged by the rules of this one,
    /// so that what other rules find is not taken for a change of access.
    #[must_use]
    pub fn difference(&self, earlier: &Self) -> Difference {
        let Ok(difference) = self.difference_within(earlier, Watch::NOBODY);
        difference
    }

    /// The same, watched.
    ///
    /// # Errors
    /// When it was called off.
    pub fn difference_within<E: Send>(
        &self,
        earlier: &Self,
        watch: Watch<'_, E>,
    ) -> Result<Difference, E> {
        let compared = compare(&earlier.graph, &self.graph, watch)?;
        let (old, new) = (&earlier.graph, &self.graph);
        let nodes = Changes::of(
            (&compared.nodes_came, |ix| new.node_ref(*ix)),
            (&compared.nodes_gone, |ix| old.node_ref(*ix)),
            (&compared.nodes_changed, |(_, now)| new.node_ref(*now)),
        );
        let edges = Changes::of(
            (&compared.edges_came, |edge| new.key(*edge)),
            (&compared.edges_gone, |edge| old.key(*edge)),
            (&compared.edges_changed, |(_, now)| new.key(*now)),
        );
        let judged = judge::renew(&earlier.graph, &self.packs, self.before(), watch)?;
        let then = Ground { graph: &earlier.graph, packs: &self.packs };
        let moving = Moving::new(then, self.ground(), watch);
        let notes = judged.notes.iter().chain(&self.judged.notes);
        let notes: BTreeSet<&str> = notes.map(String::as_str).collect();
        let notes: Vec<&str> = notes.into_iter().collect();
        let Delta { opened, changed, ended, .. } =
            delta::difference(&judged.findings, &self.judged.findings, |both| moving.each(both))?;
        let mut findings = Changes {
            came_total: opened.len(),
            gone_total: ended.len(),
            changed_total: changed.len(),
            came: opened,
            gone: ended,
            changed,
        };
        findings.cut_to(ANSWERS_MAX);
        Ok(Difference {
            nodes,
            edges,
            findings,
            partial: (!notes.is_empty()).then(|| notes.join("; ")),
            earlier: earlier.rests_on(),
            later: self.rests_on(),
        })
    }
}

impl<T, C> Changes<T, C> {
    /// Keeps the first of each list; whether that left something out.
    pub fn cut_to(&mut self, limit: usize) -> bool {
        let Self { came, gone, changed, .. } = self;
        let is_cut = [came.len(), gone.len(), changed.len()].into_iter().any(|it| it > limit);
        came.truncate(limit);
        gone.truncate(limit);
        changed.truncate(limit);
        is_cut
    }
}

impl<T> Changes<T> {
    fn of<A, B, C>(
        came: (&[A], impl Fn(&A) -> Option<T>),
        gone: (&[B], impl Fn(&B) -> Option<T>),
        changed: (&[C], impl Fn(&C) -> Option<T>),
    ) -> Self {
        Self {
            came: first(came.0, came.1),
            came_total: came.0.len(),
            gone: first(gone.0, gone.1),
            gone_total: gone.0.len(),
            changed: first(changed.0, changed.1),
            changed_total: changed.0.len(),
        }
    }
}

fn first<A, T>(all: &[A], named: impl Fn(&A) -> Option<T>) -> Vec<T> {
    all.iter().take(ANSWERS_MAX).filter_map(named).collect()
}
