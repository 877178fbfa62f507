//! Seat x verb x tier as text: what the policies let each seat do, kept in the repository as a reviewed
//! snapshot and compared by `diff`.

use std::collections::BTreeMap;
use std::fmt::Write;

use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

use crate::authority::May;
use crate::folder::Folder;

/// What each seat may do in each tier, by verb and tier.
pub type Cells = BTreeMap<(Verb, String), [May; 6]>;

/// Every cell.
#[must_use]
pub fn cells(folder: &Folder) -> Cells {
    let mut cells = Cells::new();
    for verb in Verb::ALL {
        for tier in &folder.tiers.tiers {
            let row = SeatName::ALL.map(|seat| folder.authorities.may(seat, verb, &tier.id));
            cells.insert((verb, tier.id.clone()), row);
        }
    }
    cells
}

/// The matrix as text. Tiers in which a verb is open to the same seats share a line.
#[must_use]
pub fn text(folder: &Folder) -> String {
    const FIRST: usize = 24;
    const WIDE: usize = 12;
    let cells = cells(folder);
    let mut text = String::new();
    let mut write = |words: String| {
        let _infallible = writeln!(text, "{}", words.trim_end());
    };
    write(format!("policy {}, yes: however things stand, if: as things stand", folder.version));
    let heads = SeatName::ALL.map(|seat| format!("{:WIDE$}", seat.as_str())).concat();
    write(format!("{:FIRST$}{heads}tiers", "verb"));
    for verb in Verb::ALL {
        let mut lines: Vec<([May; 6], Vec<&str>)> = Vec::new();
        for tier in &folder.tiers.tiers {
            let Some(row) = cells.get(&(verb, tier.id.clone())) else { continue };
            match lines.iter_mut().find(|(other, _)| other == row) {
                Some((_, tiers)) => tiers.push(&tier.id),
                None => lines.push((*row, vec![&tier.id])),
            }
        }
        for (row, tiers) in lines {
            let words = row.map(|may| format!("{:WIDE$}", word(may))).concat();
            let all = tiers.len() == folder.tiers.tiers.len();
            let tiers = if all { "all".to_owned() } else { tiers.join(", ") };
            write(format!("{:FIRST$}{words}{tiers}", verb.as_str()));
        }
    }
    write(String::new());
    for tier in &folder.tiers.tiers {
        let seats: Vec<&str> = SeatName::ALL
            .into_iter()
            .filter(|seat| tier.needs(*seat))
            .map(SeatName::as_str)
            .collect();
        // Where a tier names none, the laws still ask for two of an exception.
        let by_law = || "business and control, by law".to_owned();
        let seats = if seats.is_empty() { by_law() } else { seats.join(" and ") };
        write(format!(
            "{:FIRST$}signed by {seats}; at most {} days; due in {} days",
            tier.id,
            tier.days_max,
            folder.sla(&tier.id).map_or(0, |sla| sla.due_days)
        ));
    }
    text
}

/// The word of a cell.
#[must_use]
pub fn word(may: May) -> &'static str {
    match may {
        May::Yes => "yes",
        May::If => "if",
        May::No => "-",
    }
}
