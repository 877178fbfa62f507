//! Which case is of which tier, as a table of criticality and resources within reach.

use std::collections::BTreeSet;

use crate::ask::policy::TierRow;

/// The table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// Resources within reach, in words, one for each column.
    pub(super) bands: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// The cases of one criticality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) criticality: String,
    pub(super) cells: Vec<Cell>,
}

/// Which tier it is: how grave that is from 1, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) band: String,
    pub(super) rank: usize,
    pub(super) id: String,
    pub(super) title: String,
}

impl Picture {
    pub(super) fn of(tiers: &[TierRow]) -> Self {
        let ranges = || tiers.iter().flat_map(|tier| &tier.when);
        let starts: BTreeSet<u64> = ranges().map(|it| it.from).collect();
        let starts: Vec<u64> = starts.into_iter().collect();
        let ends = starts.iter().skip(1).map(|next| Some(next.saturating_sub(1)));
        let bands: Vec<(u64, String)> = starts
            .iter()
            .zip(ends.chain([None]))
            .map(|(from, to)| (*from, band(*from, to)))
            .collect();
        let row = |criticality: &str| Row {
            criticality: super::super::refusal::sentence(criticality),
            cells: bands.iter().filter_map(|band| cell(tiers, criticality, band)).collect(),
        };
        Self {
            rows: ["low", "medium", "high", "critical"].map(row).to_vec(),
            bands: bands.into_iter().map(|(_, words)| words).collect(),
        }
    }
}

fn band(from: u64, to: Option<u64>) -> String {
    match to {
        Some(to) => format!("{from} to {to}"),
        None => format!("{from} or more"),
    }
}

fn cell(tiers: &[TierRow], criticality: &str, (from, band): &(u64, String)) -> Option<Cell> {
    let holds = |tier: &TierRow| {
        tier.when.iter().any(|it| {
            it.criticality == criticality && it.from <= *from && it.to.is_none_or(|to| *from <= to)
        })
    };
    let at = tiers.iter().position(holds)?;
    let tier = tiers.get(at)?;
    Some(Cell {
        band: band.clone(),
        rank: at.saturating_add(1),
        id: tier.id.clone(),
        title: tier.title.clone(),
    })
}
