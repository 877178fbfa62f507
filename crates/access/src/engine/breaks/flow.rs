//! The fewest facts that cut all ways from some nodes of a region to others: as many as flow through
//! (Ford and Fulkerson, "Maximal Flow Through a Network", 1956), found by blocking flows over levels
//! (Dinic, Soviet Math. Doklady 11, 1970).
#![expect(
    clippy::indexing_slicing,
    reason = "nodes and arcs are numbered here, and each table has a place for each"
)]

use super::meter::{Meter, Stopped};
use super::region::Region;

/// More than all facts together: what must not be cut.
const ENDLESS: u64 = 1 << 62;
const NONE: u32 = u32::MAX;

/// A cut: how many facts, and which ways.
pub(super) type Cut = (u64, Vec<u32>);

/// The fewest facts of ways that are not gone already, nearest to the sources. None when something that
/// must not be cut leads all the way.
pub(super) fn least_cut(
    region: &Region,
    (sources, sinks): (&[u32], &[u32]),
    is_gone: &[bool],
    meter: &mut Meter<'_>,
) -> Result<Option<Cut>, Stopped> {
    let mut network = Network::new(region, (sources, sinks), is_gone);
    let mut total = 0u64;
    while network.find_levels(meter)? {
        network.next.clone_from(&network.first);
        loop {
            let more = network.augment(meter)?;
            if more == 0 {
                break;
            }
            total = total.saturating_add(more);
            if total >= ENDLESS / 2 {
                return Ok(None);
            }
        }
    }
    let is_behind = |node: u32| network.levels[node as usize] == NONE;
    let ways = (0u32..).zip(region.ways()).filter(|(number, way)| {
        !is_gone[*number as usize] && !is_behind(way.from) && is_behind(way.to)
    });
    Ok(Some((total, ways.map(|(number, _)| number).collect())))
}

/// Arcs lie in pairs: what flows along one can flow back along the other.
struct Network {
    source: u32,
    sink: u32,
    to: Vec<u32>,
    room: Vec<u64>,
    /// The next arc of the same node.
    after: Vec<u32>,
    first: Vec<u32>,
    next: Vec<u32>,
    levels: Vec<u32>,
    queue: Vec<u32>,
    path: Vec<u32>,
}

impl Network {
    fn new(region: &Region, (sources, sinks): (&[u32], &[u32]), is_gone: &[bool]) -> Self {
        let nodes = region.len() + 2;
        let source = u32::try_from(region.len()).unwrap_or(NONE);
        let mut network = Self {
            source,
            sink: source.saturating_add(1),
            to: Vec::new(),
            room: Vec::new(),
            after: Vec::new(),
            first: vec![NONE; nodes],
            next: Vec::new(),
            levels: vec![NONE; nodes],
            queue: Vec::new(),
            path: Vec::new(),
        };
        for (way, _) in region.ways().iter().zip(is_gone).filter(|(_, is_gone)| !**is_gone) {
            network.join(way.from, way.to, if way.may_cut { way.facts } else { ENDLESS });
        }
        for start in sources {
            network.join(source, *start, ENDLESS);
        }
        for goal in sinks {
            network.join(*goal, network.sink, ENDLESS);
        }
        network
    }

    fn join(&mut self, from: u32, to: u32, room: u64) {
        for (from, to, room) in [(from, to, room), (to, from, 0)] {
            let arc = u32::try_from(self.to.len()).unwrap_or(NONE);
            self.to.push(to);
            self.room.push(room);
            self.after.push(std::mem::replace(&mut self.first[from as usize], arc));
        }
    }

    /// How many steps each node lies from the source, and whether the sink is reached.
    fn find_levels(&mut self, meter: &mut Meter<'_>) -> Result<bool, Stopped> {
        self.levels.fill(NONE);
        self.levels[self.source as usize] = 0;
        self.queue.clear();
        self.queue.push(self.source);
        let mut at = 0;
        while let Some(node) = self.queue.get(at).copied() {
            at += 1;
            let mut arc = self.first[node as usize];
            let mut followed = 1;
            while arc != NONE {
                let to = self.to[arc as usize] as usize;
                if self.room[arc as usize] > 0 && self.levels[to] == NONE {
                    self.levels[to] = self.levels[node as usize] + 1;
                    self.queue.push(self.to[arc as usize]);
                }
                arc = self.after[arc as usize];
                followed += 1;
            }
            meter.spend(followed)?;
        }
        Ok(self.levels[self.sink as usize] != NONE)
    }

    /// Fills one path from level to level, and says with how much; zero when there is none left.
    fn augment(&mut self, meter: &mut Meter<'_>) -> Result<u64, Stopped> {
        self.path.clear();
        let mut node = self.source;
        while node != self.sink {
            meter.spend(1)?;
            let arc = self.next[node as usize];
            if arc == NONE {
                let Some(back) = self.path.pop() else { return Ok(0) };
                node = self.to[back as usize ^ 1];
                self.next[node as usize] = self.after[back as usize];
                continue;
            }
            let to = self.to[arc as usize];
            let is_on = self.levels[to as usize] == self.levels[node as usize].saturating_add(1);
            if self.room[arc as usize] > 0 && is_on {
                self.path.push(arc);
                node = to;
            } else {
                self.next[node as usize] = self.after[arc as usize];
            }
        }
        let room = self.path.iter().map(|arc| self.room[*arc as usize]).min().unwrap_or_default();
        for arc in &self.path {
            self.room[*arc as usize] -= room;
            self.room[*arc as usize ^ 1] += room;
        }
        Ok(room)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::ProptestConfig;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::least_cut;
    use crate::engine::breaks::meter::{Limits, Meter};
    use crate::engine::breaks::region::{Probe, Region};
    use crate::engine::snapshot::{Edges, Part, Snapshot};

    const NODES: u32 = 7;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

        #[test]
        fn nothing_less_cuts_all_ways(
            edges in vec((0..NODES, 0..NODES), 6..14),
            odd in 0..6u32,
        ) {
            let (from, to): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
            let mut parts = vec![Part::Holder; NODES as usize];
            parts[1] = Part::Goal;
            let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
            let (start, goal) = (snapshot.slot(0).unwrap(), snapshot.slot(1).unwrap());
            let mut meter = Meter::new(Limits::default());
            let may_cut = |from: u32, to: u32| (from + to) % 6 != odd;
            let ends = (&[start][..], &[goal][..]);
            let region = Region::between(&snapshot, ends, &may_cut, &mut meter).unwrap();
            let (Some(start), Some(goal)) = (region.number(start), region.number(goal)) else {
                return Ok(());
            };
            let count = region.ways().len();
            let mut probe = Probe::new(&region);
            let mut is_cut_by = |gone: u32| {
                let is_gone: Vec<bool> = (0..count).map(|way| gone >> way & 1 == 1).collect();
                let witness =
                    probe.witness(&region, (start, &[vec![goal]]), &is_gone, &mut meter);
                witness.unwrap().is_none()
            };
            let allowed = (0..count).filter(|way| region.ways()[*way].may_cut);
            let allowed = allowed.fold(0u32, |all, way| all | 1 << way);
            let facts = |gone: u32| -> u64 {
                let gone = (0..count).filter(|way| gone >> way & 1 == 1);
                gone.map(|way| region.ways()[way].facts).sum()
            };
            let sets = (0..1u32 << count).filter(|gone| gone & !allowed == 0);
            let least = sets.filter(|gone| is_cut_by(*gone)).map(facts).min();
            let mut meter = Meter::new(Limits::default());
            let ends = (&[start][..], &[goal][..]);
            let cut = least_cut(&region, ends, &vec![false; count], &mut meter).unwrap();
            prop_assert_eq!(cut.as_ref().map(|cut| cut.0), least);
            if let Some((facts_cut, ways)) = cut {
                let gone = ways.iter().fold(0u32, |gone, way| gone | 1 << way);
                prop_assert_eq!(facts(gone), facts_cut);
                prop_assert!(is_cut_by(gone));
            }
        }
    }
}
