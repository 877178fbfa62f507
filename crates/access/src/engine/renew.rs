//! Which rules a change of the facts can have touched: the others keep what they found. A finding
//! rests on what its rule asks for and on what leads there, and on nothing else; so a rule is spared
//! when it asks for the same as before and nothing that changed leads to any of it, before or after.

use super::compare::compare;
use super::graph::{Graph, Ix, Plane};
use super::select::{Atom, Combination};
use super::watch::{Pace, Stage, Watch};

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
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn between<E>(old: &Graph, new: &Graph, watch: Watch<'_, E>) -> Result<Self, E> {
        let it = compare(old, new, watch)?;
        let (mut gone, mut came) = (it.nodes_gone, it.nodes_came);
        for (before, now) in it.nodes_changed {
            gone.push(before);
            came.push(now);
        }
        let end = |graph: &Graph, edge| graph.link(edge).map(|link| link.to);
        gone.extend(it.edges_gone.iter().filter_map(|edge| end(old, *edge)));
        came.extend(it.edges_came.iter().filter_map(|edge| end(new, *edge)));
        for (before, now) in it.edges_changed {
            gone.extend(end(old, before));
            came.extend(end(new, now));
        }
        let mut pace = Pace::begin(watch, Stage::Comparing, old.edge_count() + new.edge_count())?;
        let (before, after) = (led_to(old, gone, &mut pace)?, led_to(new, came, &mut pace)?);
        Ok(Self { places: it.places, before, after })
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

/// All that these nodes lead to along anything that is live, themselves included.
fn led_to<E>(graph: &Graph, starts: Vec<Ix>, pace: &mut Pace<'_, E>) -> Result<Vec<bool>, E> {
    let mut marked = vec![false; graph.len()];
    let plane = Plane::whole(&[]);
    let mut open = starts;
    while let Some(ix) = open.pop() {
        let Some(mark) = marked.get_mut(ix as usize) else { continue };
        if std::mem::replace(mark, true) {
            continue;
        }
        pace.step(1)?;
        for (edge, link) in graph.out(ix) {
            pace.step(1)?;
            if plane.is_open(edge, link) && !is_marked(&marked, link.to) {
                open.push(link.to);
            }
        }
    }
    Ok(marked)
}

fn is_marked(marked: &[bool], ix: Ix) -> bool {
    marked.get(ix as usize).copied().unwrap_or_default()
}
