//! What is drawn of an answer: things in lanes from left to right, each thing by itself or, where a lane
//! holds many, as one box for all of a kind in a system. A box of many is opened by a link.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::engine::Holder;
use countersign_access::finding::Certainty;
use countersign_access::node::NodeKind;

use super::{Named, counted};

/// Most things of a lane that have a box each.
const APART_MAX: usize = 8;

/// Most things of an opened box that have a box each.
const OPENED_MAX: usize = 12;

/// Most boxes of many in a lane.
const GROUPS_MAX: usize = 12;

/// A thing in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) named: Named,
    pub(super) kind: NodeKind,
    pub(super) is_potential: bool,
    /// The thing before it on the shortest way.
    pub(super) via: Option<Named>,
}

impl Thing {
    pub(super) fn of(holder: &Holder) -> Self {
        Self {
            named: Named::of(&holder.node),
            kind: holder.node.kind,
            is_potential: holder.certainty == Certainty::Potential,
            via: holder.via.as_ref().map(Named::of),
        }
    }
}

/// All of a kind in a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// What names it in an address.
    pub(super) key: String,
    pub(super) title: String,
    pub(super) system: String,
    pub(super) total: usize,
    pub(super) potential: usize,
    /// Some of them, by name.
    pub(super) examples: String,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// The node that was asked about.
    Start(Named),
    One(Thing),
    Many(Group),
    /// Where so many more are found.
    More(&'static str, usize),
}

/// A lane, from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) title: &'static str,
    pub(super) cells: Vec<Cell>,
}

/// Lanes from left to right, and for each thing its lane and cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lanes {
    pub(super) lanes: Vec<Lane>,
    pub(super) places: BTreeMap<String, (usize, usize)>,
}

const REACHED: [&str; 4] =
    ["Accounts and keys", "Groups and roles", "Entitlements", "Resources and systems"];

/// What a node reaches, behind it.
pub(super) fn reached(start: &Named, things: &[Thing], open: &str) -> Lanes {
    let mut kinds: [Vec<&Thing>; 4] = Default::default();
    for thing in things {
        let lane = match thing.kind {
            NodeKind::Group | NodeKind::Role => 1,
            NodeKind::Entitlement => 2,
            NodeKind::Resource | NodeKind::System | NodeKind::Process => 3,
            _ => 0,
        };
        if let Some(kind) = kinds.get_mut(lane) {
            kind.push(thing);
        }
    }
    let mut lanes = Lanes::default();
    lanes.start(start, "Start");
    for (title, things) in REACHED.into_iter().zip(kinds) {
        lanes.add(title, &things, open);
    }
    lanes
}

/// Who reaches a node, before it; between them whoever has it directly.
pub(super) fn reaching(end: &Named, things: &[Thing], between: &[Thing], open: &str) -> Lanes {
    let nearer: BTreeSet<&str> = between.iter().map(|it| it.named.id.as_str()).collect();
    let far: Vec<&Thing> =
        things.iter().filter(|it| !nearer.contains(it.named.id.as_str())).collect();
    let (direct, far): (Vec<&Thing>, Vec<&Thing>) =
        far.into_iter().partition(|it| it.via.is_none() && !between.is_empty());
    let near: Vec<&Thing> = between.iter().chain(direct).collect();
    let mut lanes = Lanes::default();
    lanes.add("Who", &far, open);
    lanes.add("Directly", &near, open);
    lanes.start(end, "What");
    lanes
}

/// All things by kind and system, the largest group first.
pub(super) fn groups(things: &[&Thing]) -> Vec<Group> {
    let mut by: BTreeMap<(NodeKind, &str), Vec<&Thing>> = BTreeMap::new();
    for thing in things {
        by.entry((thing.kind, thing.named.system.as_str())).or_default().push(thing);
    }
    let mut groups: Vec<Group> =
        by.into_iter().map(|((kind, system), things)| group(kind, system, &things)).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.total));
    groups
}

/// What names the group of a thing in an address.
pub(super) fn key(thing: &Thing) -> String {
    format!("{}~{}", thing.kind.as_str(), thing.named.system)
}

fn group(kind: NodeKind, system: &str, things: &[&Thing]) -> Group {
    let names: Vec<&str> = things.iter().take(3).map(|it| it.named.name.as_str()).collect();
    let more = things.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Group {
        key: format!("{}~{system}", kind.as_str()),
        title: counted(things.len(), kind.as_str()),
        system: system.to_owned(),
        total: things.len(),
        potential: things.iter().filter(|it| it.is_potential).count(),
        examples: format!("{}{more}", names.join(", ")),
    }
}

impl Lanes {
    fn start(&mut self, named: &Named, title: &'static str) {
        self.places.insert(named.id.clone(), (self.lanes.len(), 0));
        self.lanes.push(Lane { title, cells: vec![Cell::Start(named.clone())] });
    }

    /// An empty lane is left out.
    fn add(&mut self, title: &'static str, things: &[&Thing], open: &str) {
        if things.is_empty() {
            return;
        }
        let lane = self.lanes.len();
        let mut cells = Vec::new();
        if things.len() <= APART_MAX {
            for thing in things {
                self.places.insert(thing.named.id.clone(), (lane, cells.len()));
                cells.push(Cell::One((*thing).clone()));
            }
        } else {
            self.add_groups(&mut cells, things, open);
        }
        self.lanes.push(Lane { title, cells });
    }

    fn add_groups(&mut self, cells: &mut Vec<Cell>, things: &[&Thing], open: &str) {
        let lane = self.lanes.len();
        let mut left_out = 0_usize;
        for group in groups(things) {
            let of_group = || things.iter().filter(|it| key(it) == group.key);
            if group.key == open || group.total == 1 {
                for thing in of_group().take(OPENED_MAX) {
                    self.places.insert(thing.named.id.clone(), (lane, cells.len()));
                    cells.push(Cell::One((*thing).clone()));
                }
                let more = group.total.saturating_sub(OPENED_MAX);
                if more == 0 {
                    continue;
                }
                cells.push(Cell::More("in the list below", more));
            } else if cells.len() >= GROUPS_MAX.saturating_add(OPENED_MAX) {
                left_out = left_out.saturating_add(group.total);
                continue;
            } else {
                cells.push(Cell::Many(group.clone()));
            }
            let cell = cells.len().saturating_sub(1);
            for thing in of_group() {
                self.places.entry(thing.named.id.clone()).or_insert((lane, cell));
            }
        }
        if left_out > 0 {
            cells.push(Cell::More("elsewhere, in the list", left_out));
        }
    }
}
