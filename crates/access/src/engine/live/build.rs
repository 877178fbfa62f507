//! The full evaluation that everything starts from.

use super::band::{self, Band, RULES};
use super::graph::Graph;
use super::wave::{Found, Wave};
use super::{Live, NotTaken, Seated, asking};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::{Demand, deal};
use crate::engine::watch::{Pace, Stage, Watch};

impl Live {
    /// Starts from a snapshot and evaluates all rules in full. Their numbers are their positions.
    ///
    /// # Errors
    /// When a rule asks for a node that is not there.
    pub fn build(snapshot: &Snapshot, rules: &[Demand]) -> Result<Self, NotTaken> {
        let Ok(built) = Self::build_within(snapshot, rules, Watch::NOBODY);
        built
    }

    /// The same while somebody watches, who may call it off.
    ///
    /// # Errors
    /// When it was called off; within, when a rule asks for a node that is not there.
    pub fn build_within<E>(
        snapshot: &Snapshot,
        rules: &[Demand],
        watch: Watch<'_, E>,
    ) -> Result<Result<Self, NotTaken>, E> {
        let mut pace = Pace::begin(watch, Stage::Dealing, 0)?;
        for rule in rules {
            pace.step(rule.sides.iter().map(Vec::len).sum())?;
            if let Err(why) = asking::check(rule, snapshot.len()) {
                return Ok(Err(why));
            }
        }
        let seated =
            |demand: &Demand| Some(Seated { demand: demand.clone(), seat: None, count: 0 });
        let mut rules: Vec<Option<Seated>> = rules.iter().map(seated).collect();
        let demands: Vec<Demand> = rules.iter().flatten().map(|rule| rule.demand.clone()).collect();
        let mut sides = Vec::new();
        let dealt = deal(snapshot, &demands, usize::MAX, |_| RULES, &mut pace)?;
        for (band, dealt) in dealt.iter().enumerate() {
            sides.push(dealt.sides);
            for (bit, rule) in dealt.rules.iter().enumerate() {
                if let Some(Some(rule)) = rules.get_mut(*rule) {
                    rule.seat = Some((band, bit));
                }
            }
        }
        Ok(Ok(Self::seated(snapshot, rules, &sides, watch)?))
    }

    /// The full evaluation of rules that have their seats in bands of so many sides each.
    pub(super) fn seated<E>(
        snapshot: &Snapshot,
        rules: Vec<Option<Seated>>,
        sides: &[usize],
        watch: Watch<'_, E>,
    ) -> Result<Self, E> {
        let count = 0..u32::try_from(snapshot.len()).unwrap_or(u32::MAX);
        let mut live = Self {
            graph: Graph::new(snapshot, watch)?,
            slots: count.clone().filter_map(|node| snapshot.slot(node)).collect(),
            nodes: count.filter_map(|slot| snapshot.node(slot)).collect(),
            bands: sides.iter().map(|sides| Band::new(*sides)).collect(),
            rules: Vec::new(),
            wave: Wave::new(snapshot.len()),
            found: Found::new(),
        };
        let mut pace = Pace::begin(watch, Stage::Dealing, 0)?;
        for (number, rule) in rules.iter().enumerate() {
            if let Some(Seated { demand, seat: Some(seat), .. }) = rule {
                pace.step(demand.sides.iter().map(Vec::len).sum())?;
                live.ask(number, demand, *seat);
            }
        }
        live.rules = rules;
        let sorted = live.graph.order.sorted();
        let each = live.graph.edges + snapshot.len();
        let mut pace = Pace::begin(watch, Stage::Pulling, (2 * sides.len() + 1) * each)?;
        live.place(&sorted, &mut pace)?;
        for band in &mut live.bands {
            band.fill(&live.graph, &sorted, &mut pace)?;
        }
        live.count_all(&mut pace)?;
        Ok(live)
    }

    /// Gives a place to every slot with a label that leads to anything asked for.
    fn place<E>(&mut self, sorted: &[Slot], pace: &mut Pace<'_, E>) -> Result<(), E> {
        for head in sorted {
            let members = self.graph.order.members(head);
            let leads = |slot: &Slot| {
                let graph = &self.graph;
                graph.is_asked(*slot)
                    || graph.gained.list(*slot).any(|it| self.graph.places.of(it) != 0)
            };
            let lists = members.iter().map(|slot| self.graph.gained.count(*slot) + 1);
            pace.step(lists.sum())?;
            if members.iter().any(leads) {
                for slot in members {
                    self.graph.places.take(*slot);
                }
            }
        }
        Ok(())
    }

    fn count_all<E>(&mut self, pace: &mut Pace<'_, E>) -> Result<(), E> {
        for at in 0..self.bands.len() {
            let mut counts = [0u64; RULES];
            let mut meeting = Vec::new();
            self.each_met(at, pace, |slot, mut bits| {
                meeting.push(slot);
                while bits != 0 {
                    if let Some(count) = counts.get_mut(bits.trailing_zeros() as usize) {
                        *count += 1;
                    }
                    bits &= bits - 1;
                }
            })?;
            let Some(band) = self.bands.get_mut(at) else { continue };
            meeting.into_iter().for_each(|slot| band.mark(slot, true));
            for (rule, count) in band.rules.iter().copied().zip(counts) {
                if let Some(rule) = rule.and_then(|rule| self.rules.get_mut(rule)?.as_mut()) {
                    rule.count = count;
                }
            }
        }
        Ok(())
    }

    /// Tells each holder that meets anything of a band, in order of slots.
    pub(super) fn each_met<E>(
        &self,
        band: usize,
        pace: &mut Pace<'_, E>,
        mut tell: impl FnMut(Slot, u64),
    ) -> Result<(), E> {
        let Some(band) = self.bands.get(band) else { return Ok(()) };
        let mut row = vec![0; band.sides];
        for slot in (0..self.graph.len()).filter(|slot| self.graph.is_holder(*slot)) {
            pace.step(self.graph.gained.count(slot) + 1)?;
            band.read(&self.graph, slot, &mut row);
            let met = band::met(&row);
            if met != 0 {
                tell(slot, met);
            }
        }
        Ok(())
    }
}
