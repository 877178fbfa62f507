//! What is asked for although no goal lies there or behind it. Planes keep no rows for such slots, for
//! hardly any rule names one; where one does, what it asks for is handed up from slot to slot here, to
//! whoever gains from it and lies beneath the rows of planes too.

use std::collections::BTreeMap;
use std::ops::Range;

use super::plane::Row;
use crate::engine::snapshot::{Potential, Slot, Snapshot};
use crate::engine::watch::Pace;

/// Along which edges access leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edges<'a> {
    Proven,
    All(&'a Potential),
}

impl<'a> Edges<'a> {
    /// Who gains from any of these slots.
    fn gainers_of(
        self,
        snapshot: &'a Snapshot,
        slots: Range<Slot>,
    ) -> impl Iterator<Item = Slot> + use<'a> {
        let also = match self {
            Self::Proven => None,
            Self::All(potential) => Some(potential),
        };
        let more = slots
            .clone()
            .flat_map(move |slot| also.into_iter().flat_map(move |it| it.gainers(slot)));
        snapshot.gainers_of(slots).iter().chain(more).copied()
    }

    fn knots(self, snapshot: &'a Snapshot) -> &'a [(Slot, Slot)] {
        match self {
            Self::Proven => snapshot.knots(),
            Self::All(potential) => potential.knots(),
        }
    }
}

/// The slots that are asked for, in order, with those that gain from any of them and lie aside or among
/// the goals. All beneath [`Snapshot::inner`] have all that they gain; the others are as they were.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn spread<E>(
    snapshot: &Snapshot,
    asked: Vec<(Slot, Row)>,
    edges: Edges<'_>,
    pace: &mut Pace<'_, E>,
) -> Result<Vec<(Slot, Row)>, E> {
    let aside = snapshot.aside();
    if !asked.first().is_some_and(|(slot, _)| aside.contains(slot)) {
        return Ok(asked);
    }
    let end = snapshot.inner().start;
    let mut rows: BTreeMap<Slot, Row> = asked.into_iter().collect();
    let mut next = aside.start;
    while let Some(slot) = rows.range(next..end).next().map(|(slot, _)| *slot) {
        let (from, to) = together(edges.knots(snapshot), slot);
        let mut all = Row::default();
        rows.range(from..to).for_each(|(_, row)| all.add(row));
        for member in from..to {
            pace.step(1)?;
            rows.insert(member, all);
        }
        for gainer in edges.gainers_of(snapshot, from..to) {
            pace.step(1)?;
            if (to..end).contains(&gainer) {
                rows.entry(gainer).or_default().add(&all);
            }
        }
        next = to;
    }
    Ok(rows.into_iter().collect())
}

/// The slots that reach each other with this one, as first and one past the last.
fn together(knots: &[(Slot, Slot)], slot: Slot) -> (Slot, Slot) {
    let at = knots.partition_point(|(_, end)| *end <= slot);
    knots.get(at).filter(|(from, _)| *from <= slot).map_or((slot, slot + 1), |knot| *knot)
}
