//! One side of a rule with the holders who meet the rule hung into its tree, and what the chains of the
//! same holder on several sides have in common: an edge that lies on two of them breaks one pair, not two.
#![expect(
    clippy::indexing_slicing,
    reason = "places come from the tree, and tables are made as long as it, or as the graph has slots"
)]

use std::collections::{HashMap, HashSet};

use super::bridge::{ROOT, Tree};
use super::meter::{Meter, Stopped};
use crate::engine::snapshot::Slot;

/// One side of the rule at hand.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) tree: Tree,
    /// By who meets all sides so far: the place of the chain.
    pub(super) places: Vec<u32>,
    /// By place: how many lie below.
    below: Vec<u64>,
    /// By place: for how many another side's chain has the same edge.
    twice: Vec<u64>,
}

impl Side {
    /// Puts those who meet the rule at their places.
    pub(super) fn begin(&mut self) {
        for table in [&mut self.below, &mut self.twice] {
            table.clear();
            table.resize(self.tree.len(), 0);
        }
        for place in &self.places {
            self.below[*place as usize] += 1;
        }
    }

    /// Sums them up the tree: what lies behind has a lower place.
    pub(super) fn sum(&mut self, broken: &mut HashMap<(Slot, Slot), u64>) {
        for place in (1..self.tree.len()).rev() {
            let below = self.below[place];
            if below == 0 {
                continue;
            }
            let (behind, edge) = self.tree.at(place);
            self.below[behind as usize] += below;
            *broken.entry(edge).or_default() += below - self.twice[place];
        }
    }
}

/// Who came by at a slot: in which walk, to which slot the edge leads, and the place.
type Mark = (u64, Slot, u32);

/// Finds what chains have in common, with memory for many rules.
#[derive(Debug)]
pub(super) struct Overlap {
    /// By slot that gains.
    marks: Vec<Mark>,
    walk: u64,
    /// By place of the first side, where an edge is common: its place on the second side, and how many
    /// of the chains that have it in common are still to be followed from there.
    later: Vec<(u32, u64)>,
    /// The edges of the chains of the holder at hand.
    seen: HashSet<(Slot, Slot)>,
}

impl Overlap {
    pub(super) fn new(slots: usize) -> Self {
        Self { marks: vec![(0, 0, 0); slots], walk: 0, later: Vec::new(), seen: HashSet::new() }
    }

    /// Notes for each place on how many chains its edge lies for a second time.
    pub(super) fn find(
        &mut self,
        sides: &mut [Side],
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        match sides {
            [] | [_] => Ok(()),
            [one, two] => self.of_two(one, two, meter),
            more => self.of_many(more, meter),
        }
    }

    /// Two chains have the same edges in common from any common edge on, whoever they begin at, so that
    /// each holder's are followed to the first one only, and from there all together.
    fn of_two(&mut self, one: &mut Side, two: &Side, meter: &mut Meter<'_>) -> Result<(), Stopped> {
        self.later.clear();
        self.later.resize(one.tree.len(), (ROOT, 0));
        for (a, b) in one.places.iter().zip(&two.places) {
            self.follow((&one.tree, *a), (&two.tree, *b), 1, meter)?;
        }
        for place in (1..one.tree.len()).rev() {
            let (other, many) = self.later[place];
            if many > 0 {
                one.twice[place] = many;
                let (a, b) = (one.tree.at(place).0, two.tree.at(other as usize).0);
                self.follow((&one.tree, a), (&two.tree, b), many, meter)?;
            }
        }
        Ok(())
    }

    /// Goes up both chains by turns. Whatever they have in common lies on both in the same order, so
    /// that the first edge at which one comes by where the other was is the nearest.
    fn follow(
        &mut self,
        (one, mut a): (&Tree, u32),
        (two, mut b): (&Tree, u32),
        many: u64,
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        if a == ROOT || b == ROOT {
            return Ok(());
        }
        self.walk += 1;
        let mut walked = 0;
        let common = loop {
            if let Some(other) = self.came_by(one, a) {
                break Some((a, other));
            }
            if let Some(other) = self.came_by(two, b) {
                break Some((other, b));
            }
            walked += 2;
            (a, b) = (one.at(a as usize).0, two.at(b as usize).0);
            if a == ROOT && b == ROOT {
                break None;
            }
        };
        if let Some((place, other)) = common {
            let later = &mut self.later[place as usize];
            *later = (other, later.1 + many);
        }
        meter.spend(walked + 1)
    }

    /// Leaves a mark, and says at which place the other chain has the same edge if it came by before.
    #[inline]
    fn came_by(&mut self, tree: &Tree, place: u32) -> Option<u32> {
        if place == ROOT {
            return None;
        }
        let (from, to) = tree.at(place as usize).1;
        let mark = &mut self.marks[from as usize];
        let (walk, led, other) = std::mem::replace(mark, (self.walk, to, place));
        (walk == self.walk && led == to).then_some(other)
    }

    fn of_many(&mut self, sides: &mut [Side], meter: &mut Meter<'_>) -> Result<(), Stopped> {
        let holders = sides.first().map_or(0, |side| side.places.len());
        for at in 0..holders {
            self.seen.clear();
            let mut walked = sides.len();
            for side in &mut *sides {
                let mut place = side.places[at];
                while place != ROOT {
                    let (behind, edge) = side.tree.at(place as usize);
                    side.twice[place as usize] += u64::from(!self.seen.insert(edge));
                    place = behind;
                    walked += 1;
                }
            }
            meter.spend(walked)?;
        }
        Ok(())
    }
}
