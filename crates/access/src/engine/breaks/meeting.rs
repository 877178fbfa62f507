//! Who meets a rule, with the place of each holder's chain in the tree of each side.
#![expect(
    clippy::indexing_slicing,
    reason = "who is kept was counted a moment before, and every side so far has a place for each"
)]

use super::bridge::Pass;
use super::meter::{Meter, Stopped};
use super::side::Side;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// Who meets a rule, in order of slots, and its sides.
pub(super) type Met<'m> = (&'m [Slot], &'m mut [Side]);

/// Rules one after the other, with memory for many.
#[derive(Debug)]
pub(super) struct Meeting<'a> {
    pass: Pass<'a>,
    /// One for each side.
    sides: Vec<Side>,
    /// Who meets all sides so far, in order of slots.
    met: Vec<Slot>,
}

impl<'a> Meeting<'a> {
    /// Bridges that begin at slots from `border` on are not looked for: it must not lie before the leaves.
    pub(super) fn new(snapshot: &'a Snapshot, border: Slot) -> Self {
        Self { pass: Pass::new(snapshot, border), sides: Vec::new(), met: Vec::new() }
    }

    /// Who meets a rule; none when nobody does.
    pub(super) fn rule(
        &mut self,
        rule: &Demand,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Met<'_>>, Stopped> {
        let count = rule.sides.len();
        if count == 0 || rule.sides.iter().any(Vec::is_empty) {
            return Ok(None);
        }
        self.sides.resize_with(count.max(self.sides.len()), Side::default);
        for (side, goals) in rule.sides.iter().enumerate() {
            self.side(side, goals, meter)?;
            if self.met.is_empty() {
                return Ok(None);
            }
        }
        Ok(Some((&self.met, &mut self.sides[..count])))
    }

    /// Keeps of those who meet all sides before who meets this one too.
    fn side(&mut self, side: usize, goals: &[u32], meter: &mut Meter<'_>) -> Result<(), Stopped> {
        let (before, now) = self.sides.split_at_mut(side);
        let Some(Side { tree, places, .. }) = now.first_mut() else { return Ok(()) };
        places.clear();
        let met = &mut self.met;
        if before.is_empty() {
            met.clear();
            return self.pass.run(goals, tree, meter, |slot, place| {
                met.push(slot);
                places.push(place);
            });
        }
        let (mut next, mut kept) = (0, 0);
        self.pass.run(goals, tree, meter, |slot, place| {
            while met.get(next).is_some_and(|it| *it < slot) {
                next += 1;
            }
            if met.get(next) == Some(&slot) {
                met[kept] = slot;
                before.iter_mut().for_each(|side| side.places[kept] = side.places[next]);
                places.push(place);
                (next, kept) = (next + 1, kept + 1);
            }
        })?;
        met.truncate(kept);
        before.iter_mut().for_each(|side| side.places.truncate(kept));
        Ok(())
    }
}
