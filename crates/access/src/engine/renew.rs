//! Which rules a change of the facts can have touched: the others keep what they found. A finding
//! rests on what its rule asks for and on what leads there, and on nothing else; so a rule is spared
//! when it asks for the same as before and nothing that changed leads to any of it, before or after.

use super::graph::{Graph, Ix, Plane};
use super::select::{Atom, Combination};
use super::walk::{Walk, Way};
use crate::edge::Edge;

/// What is different between two graphs, and all that the difference leads to.
#[derive(Debug)]
pub(super) struct Touched {
    /// Where a node of the old graph is in the new one, in order.
    places: Vec<Option<Ix>>,
    /// By position in the old graph: something that changed led there.
    before: Vec<bool>,
    /// By position in the new graph: something that changed leads there.
    after: Vec<bool>,
}

impl Touched {
    /// Compares two graphs.
    pub(super) fn between(old: &Graph, new: &Graph) -> Self {
        let mut comparing =
            Comparing { old, new, places: Vec::new(), gone: Vec::new(), came: Vec::new() };
        comparing.nodes();
        comparing.links();
        let Comparing { places, gone, came, .. } = comparing;
        let (before, after) = (led_to(old, &gone), led_to(new, &came));
        Self { places, before, after }
    }

    /// Whether a rule that asked for `before` and asks for `now` finds what it found.
    pub(super) fn spares(&self, before: &Combination, now: &Combination) -> bool {
        before.note == now.note
            && before.values == now.values
            && before.atoms.len() == now.atoms.len()
            && before.atoms.iter().zip(&now.atoms).all(|(before, now)| self.is_same(before, now))
            && !before.positions().any(|ix| is_marked(&self.before, ix))
            && !now.positions().any(|ix| is_marked(&self.after, ix))
    }

    fn is_same(&self, before: &Atom, now: &Atom) -> bool {
        let same = |before: &[Ix], now: &[Ix]| {
            let place = |ix: &Ix| self.places.get(*ix as usize).copied().flatten();
            before.len() == now.len()
                && before.iter().zip(now).all(|(before, now)| place(before) == Some(*now))
        };
        let mut values = before.by_value.iter().zip(&now.by_value);
        same(&before.everywhere, &now.everywhere)
            && before.by_value.len() == now.by_value.len()
            && values.all(|(before, now)| before.0 == now.0 && same(before.1, now.1))
    }
}

struct Comparing<'a> {
    old: &'a Graph,
    new: &'a Graph,
    places: Vec<Option<Ix>>,
    /// Nodes of the old graph that were otherwise, and to which a link led that is gone or otherwise.
    gone: Vec<Ix>,
    /// The same of the new graph.
    came: Vec<Ix>,
}

impl Comparing<'_> {
    /// Both are in order of id.
    fn nodes(&mut self) {
        let mut new = self.new.nodes().peekable();
        for (ix, seen) in self.old.nodes() {
            while let Some((came, _)) = new.next_if(|(_, it)| it.node.id < seen.node.id) {
                self.came.push(came);
            }
            let same = new.next_if(|(_, it)| it.node.id == seen.node.id);
            self.places.push(same.map(|(place, _)| place));
            match same {
                Some((_, now)) if now.node == seen.node && now.ended == seen.ended => {}
                Some((place, _)) => {
                    self.gone.push(ix);
                    self.came.push(place);
                }
                None => self.gone.push(ix),
            }
        }
        self.came.extend(new.map(|(ix, _)| ix));
    }

    /// Both are in order of their ends and kind, and ends keep their order from one graph to the other.
    fn links(&mut self) {
        let mut new = self.new.links().peekable();
        let place = |ix: Ix| self.places.get(ix as usize).copied().flatten();
        for (edge, link) in self.old.links() {
            let Some((from, to)) = place(link.from).zip(place(link.to)) else {
                self.gone.push(link.to);
                continue;
            };
            let key = (from, to, link.kind);
            while let Some((_, it)) = new.next_if(|(_, it)| (it.from, it.to, it.kind) < key) {
                self.came.push(it.to);
            }
            match new.next_if(|(_, it)| (it.from, it.to, it.kind) == key) {
                Some((now, it))
                    if (it.live, it.sure) == (link.live, link.sure)
                        && is_same(self.old.ground(edge), self.new.ground(now)) => {}
                Some(_) => {
                    self.gone.push(link.to);
                    self.came.push(to);
                }
                None => self.gone.push(link.to),
            }
        }
        self.came.extend(new.map(|(_, link)| link.to));
    }
}

/// Whether two facts say the same of why an edge is there; often it is one and the same fact.
fn is_same(one: Option<&Edge>, other: Option<&Edge>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    std::ptr::eq(one, other) || (one.because == other.because && one.missing == other.missing)
}

/// All that these nodes lead to along anything that is live, themselves included.
fn led_to(graph: &Graph, starts: &[Ix]) -> Vec<bool> {
    let mut marked = vec![false; graph.len()];
    let mut walk = Walk::new(graph);
    walk.run(graph, &Plane::whole(&[]), Way::Forward, starts);
    for ix in walk.order() {
        if let Some(mark) = marked.get_mut(*ix as usize) {
            *mark = true;
        }
    }
    marked
}

fn is_marked(marked: &[bool], ix: Ix) -> bool {
    marked.get(ix as usize).copied().unwrap_or_default()
}
