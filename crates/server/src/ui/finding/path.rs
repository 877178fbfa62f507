//! The paths of a finding as one picture, and each in words. Boxes stand in columns by how far they are
//! from where the paths begin; what several paths share is drawn once.

use std::cmp::Ordering;

use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::finding::{Finding as Toxic, NodeRef, Step};

/// Height of a box.
const BOX_HEIGHT: usize = 50;
/// Up to so many columns there is room for wide boxes.
const ROOMY: usize = 4;
/// From one row to the next.
const ROW: usize = 76;
/// Above the first row: the word over the root cause stands there.
const TOP: usize = 24;
/// From the middle of the word on a sloping edge to the edge's end.
const WORD_BEFORE: usize = 30;
/// Most boxes that one picture can show; beyond that the words do.
const BOXES_MAX: usize = 24;

/// How wide things are drawn.
#[derive(Debug, Clone, Copy)]
struct Measure {
    /// Width of a box.
    width: usize,
    /// From one column to the next.
    column: usize,
    /// Most letters of a name in a box.
    name: usize,
    /// Most letters of a kind in a box.
    kind: usize,
}

impl Measure {
    fn of(columns: usize) -> Self {
        if columns <= ROOMY {
            Self { width: 190, column: 276, name: 20, kind: 26 }
        } else {
            Self { width: 164, column: 241, name: 17, kind: 22 }
        }
    }
}

/// Paths to be drawn, and the node that is the matter with them.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Drawn<'a> {
    pub(in crate::ui) paths: &'a [Vec<Step>],
    pub(in crate::ui) root: Option<&'a NodeRef>,
}

impl<'a> Drawn<'a> {
    /// Those of a finding.
    pub(super) fn of(toxic: &'a Toxic) -> Self {
        Self { paths: &toxic.paths, root: Some(&toxic.root_cause) }
    }
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Picture {
    pub(in crate::ui) width: usize,
    pub(in crate::ui) box_width: usize,
    pub(in crate::ui) height: usize,
    /// What it shows, for those who do not see it.
    pub(in crate::ui) label: String,
    pub(in crate::ui) boxes: Vec<Placed>,
    pub(in crate::ui) edges: Vec<Line>,
}

/// A thing in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Placed {
    id: String,
    column: usize,
    row: usize,
    pub(in crate::ui) x: usize,
    pub(in crate::ui) y: usize,
    pub(in crate::ui) kind: String,
    pub(in crate::ui) name: String,
    pub(in crate::ui) full: String,
    /// `root`, `hot` or nothing.
    pub(in crate::ui) tone: &'static str,
}

/// An edge of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Line {
    from: String,
    to: String,
    pub(in crate::ui) way: String,
    pub(in crate::ui) tip: String,
    pub(in crate::ui) x: usize,
    pub(in crate::ui) y: usize,
    pub(in crate::ui) word: String,
    pub(in crate::ui) is_potential: bool,
}

/// A path in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Chain {
    pub(in crate::ui) steps: Vec<Link>,
}

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Link {
    pub(in crate::ui) id: String,
    pub(in crate::ui) name: String,
    pub(in crate::ui) kind: String,
    pub(in crate::ui) tone: &'static str,
    /// How one gets to the next.
    pub(in crate::ui) then: String,
    /// Who says so, and where.
    pub(in crate::ui) source: String,
    /// The connection to the next, as an address names it; empty for the last.
    pub(in crate::ui) connection: String,
}

/// The picture; nothing where it would be too large to be read.
pub(in crate::ui) fn picture(drawn: Drawn<'_>) -> Option<Picture> {
    let mut boxes = placed(drawn);
    if boxes.is_empty() || boxes.len() > BOXES_MAX {
        return None;
    }
    let columns = boxes.iter().map(|it| it.column).max().unwrap_or(0).saturating_add(1);
    let measure = Measure::of(columns);
    let tallest = (0..columns).map(|column| in_column(&boxes, column)).max().unwrap_or(1);
    for column in 0..columns {
        // A short column stands in the middle of the tall ones.
        let shift = tallest.saturating_sub(in_column(&boxes, column)).saturating_mul(ROW) / 2;
        for it in boxes.iter_mut().filter(|it| it.column == column) {
            it.x = column.saturating_mul(measure.column).saturating_add(2);
            it.kind = short(&it.kind, measure.kind);
            it.name = short(&it.full, measure.name);
            it.y = it.row.saturating_mul(ROW).saturating_add(shift).saturating_add(TOP);
        }
    }
    let edges = lines(drawn, &boxes, measure);
    Some(Picture {
        box_width: measure.width,
        width: columns
            .saturating_sub(1)
            .saturating_mul(measure.column)
            .saturating_add(measure.width)
            .saturating_add(4),
        height: tallest.saturating_mul(ROW).saturating_add(TOP),
        label: label(drawn),
        boxes,
        edges,
    })
}

/// Every path in words.
pub(in crate::ui) fn chains(drawn: Drawn<'_>) -> Vec<Chain> {
    drawn.paths.iter().map(|path| chain(drawn, path)).collect()
}

/// A kind in words.
pub(super) fn kind(step: &Step) -> String {
    step.node.kind.as_str().replace('_', " ")
}

fn chain(drawn: Drawn<'_>, path: &[Step]) -> Chain {
    let next = path.iter().skip(1).map(Some).chain([None]);
    let steps = path.iter().zip(next).map(|(step, next)| Link {
        id: step.node.id.as_str().to_owned(),
        name: step.node.name.clone(),
        kind: format!("{} in {}", kind(step), step.node.system),
        tone: tone(drawn, step, next.is_none()),
        then: next.and_then(|next| next.edge).map(word).unwrap_or_default(),
        source: format!("{}: {}", step.because.source, step.because.locator),
        connection: next
            .and_then(|next| between(step, next))
            .map(|key| key.to_string())
            .unwrap_or_default(),
    });
    Chain { steps: steps.collect() }
}

fn tone(drawn: Drawn<'_>, step: &Step, is_last: bool) -> &'static str {
    if drawn.root.is_some_and(|root| root.id == step.node.id) {
        "root"
    } else if is_last && drawn.root.is_some() {
        "hot"
    } else {
        ""
    }
}

/// An edge as it is walked: an account's is walked from the identity to the account.
fn word(edge: EdgeKind) -> String {
    match edge {
        EdgeKind::IsAccountOf => "has account".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}

/// The connection by which a step leads to the next. That of an account is said from the account, and
/// walked to it.
fn between(from: &Step, to: &Step) -> Option<EdgeKey> {
    let kind = to.edge?;
    let (source, target) = match kind {
        EdgeKind::IsAccountOf => (&to.node.id, &from.node.id),
        _ => (&from.node.id, &to.node.id),
    };
    Some(EdgeKey { source: source.clone(), kind, target: target.clone() })
}

/// Every node once, in the last column in which a path has it.
fn placed(drawn: Drawn<'_>) -> Vec<Placed> {
    let mut boxes: Vec<Placed> = Vec::new();
    for path in drawn.paths {
        let last = path.len().saturating_sub(1);
        for (column, step) in path.iter().enumerate() {
            let tone = tone(drawn, step, column == last);
            match boxes.iter_mut().find(|it| it.id == step.node.id.as_str()) {
                Some(known) => known.column = known.column.max(column),
                None => boxes.push(Placed {
                    id: step.node.id.as_str().to_owned(),
                    column,
                    row: 0,
                    x: 0,
                    y: 0,
                    kind: format!("{}, {}", kind(step), step.node.system),
                    name: step.node.name.clone(),
                    full: step.node.name.clone(),
                    tone,
                }),
            }
        }
    }
    beside_the_next(drawn, &mut boxes);
    let mut rows = vec![0_usize; BOXES_MAX.max(boxes.len()).saturating_add(1)];
    for it in &mut boxes {
        if let Some(row) = rows.get_mut(it.column) {
            it.row = *row;
            *row = row.saturating_add(1);
        }
    }
    boxes
}

/// Moves what stands far before its next one up to it, so that no edge goes behind a box.
fn beside_the_next(drawn: Drawn<'_>, boxes: &mut [Placed]) {
    let pairs: Vec<(&str, &str)> = drawn
        .paths
        .iter()
        .flat_map(|path| path.windows(2))
        .filter_map(|pair| match pair {
            [from, to] => Some((from.node.id.as_str(), to.node.id.as_str())),
            _ => None,
        })
        .collect();
    // Each round moves at least one box for good, from the last column back.
    for _ in 0..boxes.len() {
        for at in 0..boxes.len() {
            let Some(id) = boxes.get(at).map(|it| it.id.clone()) else { continue };
            let next = pairs.iter().filter(|(from, _)| *from == id);
            let next = next.filter_map(|(_, to)| boxes.iter().find(|it| it.id == *to));
            let nearest = next.map(|it| it.column.saturating_sub(1)).min();
            if let (Some(nearest), Some(it)) = (nearest, boxes.get_mut(at)) {
                it.column = it.column.max(nearest);
            }
        }
    }
}

fn in_column(boxes: &[Placed], column: usize) -> usize {
    boxes.iter().filter(|it| it.column == column).count()
}

fn lines(drawn: Drawn<'_>, boxes: &[Placed], measure: Measure) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for pair in drawn.paths.iter().flat_map(|path| path.windows(2)) {
        let [from, to] = pair else { continue };
        let find = |step: &Step| boxes.iter().find(|it| it.id == step.node.id.as_str());
        let (Some(start), Some(end), Some(edge)) = (find(from), find(to), to.edge) else {
            continue;
        };
        if !lines.iter().any(|it| it.from == start.id && it.to == end.id) {
            lines.push(line(start, end, edge, measure.width));
        }
    }
    lines
}

fn line(from: &Placed, to: &Placed, edge: EdgeKind, box_width: usize) -> Line {
    let middle = BOX_HEIGHT / 2;
    let (x1, y1) = (from.x.saturating_add(box_width), from.y.saturating_add(middle));
    let (x2, y2) = (to.x.saturating_sub(7), to.y.saturating_add(middle));
    let half = x1.saturating_add(x2) / 2;
    // Where an edge slopes, its word stands at its end, on the side from which the edge does not come.
    let (word_x, word_y) = match y2.cmp(&y1) {
        Ordering::Equal => (half, y2.saturating_sub(7)),
        Ordering::Less => (x2.saturating_sub(WORD_BEFORE), y2.saturating_sub(8)),
        Ordering::Greater => (x2.saturating_sub(WORD_BEFORE), y2.saturating_add(16)),
    };
    let tip_from = x2.saturating_sub(2);
    Line {
        from: from.id.clone(),
        to: to.id.clone(),
        way: format!("M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}"),
        tip: format!(
            "M{tip_from} {}L{} {y2}L{tip_from} {}z",
            y2.saturating_sub(5),
            to.x.saturating_sub(1),
            y2.saturating_add(5)
        ),
        x: word_x,
        y: word_y,
        word: word(edge),
        is_potential: edge.is_potential(),
    }
}

fn label(drawn: Drawn<'_>) -> String {
    let names = |path: &Vec<Step>| {
        let names: Vec<&str> = path.iter().map(|step| step.node.name.as_str()).collect();
        names.join(", then ")
    };
    let paths: Vec<String> = drawn.paths.iter().map(names).collect();
    let root = drawn.root.map(|root| format!("Root cause {}. ", root.name)).unwrap_or_default();
    format!("{root}{}.", paths.join(". "))
}

fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}
