//! Lanes as a picture: boxes in columns and the shortest ways between them as lines, thicker where many
//! go the same way. What it shows stands as a list beside it.

use std::collections::BTreeMap;

use super::Named;
use super::lane::{Cell, Lanes, Thing};

/// Width of a box.
const BOX_WIDTH: usize = 184;
/// Height of a box.
const BOX_HEIGHT: usize = 46;
/// From one lane to the next.
const LANE: usize = 230;
/// From one box to the next.
const ROW: usize = 60;
/// Above the first box: the name of the lane stands there.
const TOP: usize = 30;
/// Most letters of a name in a box.
const LETTERS: usize = 22;
/// Most letters of what stands under it.
const LETTERS_UNDER: usize = 27;

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) box_width: usize,
    pub(super) box_height: usize,
    pub(super) titles: Vec<(usize, &'static str)>,
    pub(super) boxes: Vec<Placed>,
    pub(super) lines: Vec<Line>,
}

/// A lane and a cell of it; or a corner in the picture.
type Place = (usize, usize);

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) x: usize,
    pub(super) y: usize,
    /// What is known of it by sight.
    pub(super) name: String,
    pub(super) sub: String,
    pub(super) leads: Leads,
    /// `root`, `given`, or nothing.
    pub(super) tone: &'static str,
}

/// Where a box leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leads {
    /// To the page of a node.
    Node(String),
    /// To the same page with this group opened.
    Open(String),
    /// To the list.
    List,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) way: String,
    pub(super) tip: String,
    /// `thin`, `mid` or `thick`.
    pub(super) tone: &'static str,
    pub(super) is_potential: bool,
}

/// Draws lanes with the lines between things, from the one to the other.
pub(super) fn picture(lanes: &Lanes, pairs: &[(String, String, bool)]) -> Picture {
    let tallest = lanes.lanes.iter().map(|lane| lane.cells.len()).max().unwrap_or(1);
    let mut boxes = Vec::new();
    let mut corners: BTreeMap<Place, Place> = BTreeMap::new();
    for (at, lane) in lanes.lanes.iter().enumerate() {
        // A short lane stands in the middle of the tall ones.
        let shift = tallest.saturating_sub(lane.cells.len()).saturating_mul(ROW) / 2;
        for (row, cell) in lane.cells.iter().enumerate() {
            let x = at.saturating_mul(LANE).saturating_add(2);
            let y = row.saturating_mul(ROW).saturating_add(shift).saturating_add(TOP);
            corners.insert((at, row), (x, y));
            boxes.push(placed(cell, x, y));
        }
    }
    let last = lanes.lanes.len().saturating_sub(1);
    let title = |(at, lane): (usize, &super::lane::Lane)| {
        (at.saturating_mul(LANE).saturating_add(2), lane.title)
    };
    Picture {
        width: last.saturating_mul(LANE).saturating_add(BOX_WIDTH).saturating_add(8),
        height: tallest.saturating_mul(ROW).saturating_add(TOP),
        box_width: BOX_WIDTH,
        box_height: BOX_HEIGHT,
        titles: lanes.lanes.iter().enumerate().map(title).collect(),
        boxes,
        lines: lines(lanes, pairs, &corners),
    }
}

fn placed(cell: &Cell, x: usize, y: usize) -> Placed {
    let under = |named: &Named| short(&format!("{}, {}", named.kind, named.system), LETTERS_UNDER);
    match cell {
        Cell::Start(named) => Placed {
            x,
            y,
            name: short(&named.name, LETTERS),
            sub: under(named),
            leads: Leads::Node(named.id.clone()),
            tone: "root",
        },
        Cell::One(Thing { named, is_potential, .. }) => Placed {
            x,
            y,
            name: short(&named.name, LETTERS),
            sub: under(named),
            leads: Leads::Node(named.id.clone()),
            tone: if *is_potential { "given" } else { "" },
        },
        Cell::Many(group) => {
            let doubt = match group.potential {
                0 => String::new(),
                some => format!(", {some} potential"),
            };
            Placed {
                x,
                y,
                name: short(&group.title, LETTERS),
                sub: short(&format!("{}{doubt}", group.system), LETTERS_UNDER),
                leads: Leads::Open(group.key.clone()),
                tone: if group.potential == group.total { "given" } else { "" },
            }
        }
        Cell::More(what, count) => Placed {
            x,
            y,
            name: format!("and {count} more"),
            sub: short(what, LETTERS_UNDER),
            leads: Leads::List,
            tone: "",
        },
    }
}

fn lines(
    lanes: &Lanes,
    pairs: &[(String, String, bool)],
    corners: &BTreeMap<Place, Place>,
) -> Vec<Line> {
    let mut counts: BTreeMap<(Place, Place), (usize, bool)> = BTreeMap::new();
    for (from, to, is_potential) in pairs {
        let (Some(from), Some(to)) = (lanes.places.get(from), lanes.places.get(to)) else {
            continue;
        };
        if from == to {
            continue;
        }
        let (count, all_potential) = counts.entry((*from, *to)).or_insert((0, true));
        *count = count.saturating_add(1);
        *all_potential = *all_potential && *is_potential;
    }
    let line = |((from, to), (count, is_potential)): ((Place, Place), (usize, bool))| {
        let (from, to) = (*corners.get(&from)?, *corners.get(&to)?);
        let tone = match count {
            0..=3 => "thin",
            4..=30 => "mid",
            _ => "thick",
        };
        let (way, tip) = way(from, to);
        Some(Line { way, tip, tone, is_potential })
    };
    counts.into_iter().filter_map(line).collect()
}

/// From a box to another: on to a lane further right, back to one further left, and within a lane round
/// on the left.
fn way((x1, y1): Place, (x2, y2): Place) -> (String, String) {
    let middle = BOX_HEIGHT / 2;
    let (y1, y2) = (y1.saturating_add(middle), y2.saturating_add(middle));
    let (left1, right1) = (x1, x1.saturating_add(BOX_WIDTH));
    let (left2, right2) = (x2, x2.saturating_add(BOX_WIDTH));
    let tip = |x: usize, back: usize| {
        format!("M{back} {}L{x} {y2}L{back} {}z", y2.saturating_sub(5), y2.saturating_add(5))
    };
    if left2 > right1 {
        let end = left2.saturating_sub(7);
        let half = right1.saturating_add(end) / 2;
        let way = format!("M{right1} {y1}C{half} {y1} {half} {y2} {end} {y2}");
        (way, tip(left2.saturating_sub(1), end.saturating_sub(2)))
    } else if left1 > right2 {
        let end = right2.saturating_add(7);
        let half = left1.saturating_add(end) / 2;
        let way = format!("M{left1} {y1}C{half} {y1} {half} {y2} {end} {y2}");
        (way, tip(right2.saturating_add(1), end.saturating_add(2)))
    } else {
        let (end, out) = (left2.saturating_sub(7), left1.saturating_sub(28));
        let way = format!("M{left1} {y1}C{out} {y1} {out} {y2} {end} {y2}");
        (way, tip(left2.saturating_sub(1), end.saturating_sub(2)))
    }
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}
