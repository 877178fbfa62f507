//! The generic CSV form: `nodes.csv` and `edges.csv`, UTF-8 with a header row. A bad record is
//! refused by its line and the rest is read; an edge to an unknown id is kept. Does not join files
//! of different sources: that is the graph.

mod cell;
mod edge_row;
mod header;
mod node_row;
mod table;

use crate::reading::{Input, Reading, Refused, Text, enumerate};
use header::Header;
use table::{Row, Table};

/// Reads the CSV files of one source.
pub(crate) fn read(input: &Input<'_>) -> Reading {
    let mut reading = Reading::default();
    let mut nodes = node_row::Nodes::default();
    let mut edges = edge_row::Edges::default();
    for text in input.texts {
        let Some((header, table)) = open(text, &mut reading.refused) else { continue };
        if header.is_of_nodes() {
            each_row(&header, table, &mut reading.refused, |row| nodes.add(row, input.source));
        } else {
            reading.notes.extend(lost_columns(&header, text));
            each_row(&header, table, &mut reading.refused, |row| edges.add(row, input.source));
        }
    }
    reading.notes.extend(nodes.note().into_iter().chain(edges.note()));
    reading.facts.nodes = nodes.into_list();
    reading.facts.edges = edges.into_list();
    reading
}

fn open<'a>(text: &'a Text, refused: &mut Refused) -> Option<(Header, Table<'a>)> {
    let mut table = Table::new(text);
    match table.header().and_then(|names| Header::new(&names)) {
        Ok(header) => Some((header, table)),
        Err(why) => {
            refused.add(format!("{}:1", text.name), why);
            None
        }
    }
}

fn each_row(
    header: &Header,
    table: Table<'_>,
    refused: &mut Refused,
    mut add: impl FnMut(&Row<'_>) -> Result<(), String>,
) {
    for record in table {
        let outcome = record.cells.and_then(|cells| {
            let place = record.place.clone();
            Row::new(header, cells, place).and_then(|row| add(&row))
        });
        if let Err(why) = outcome {
            refused.add(record.place, why);
        }
    }
}

/// Edges have no tags: a column that is not known is said to be lost, not lost in silence.
fn lost_columns(header: &Header, text: &Text) -> Option<String> {
    let is_lost = |name: &&str| !edge_row::COLUMNS.contains(name);
    let lost: Vec<String> = header.names().filter(is_lost).map(|it| format!("`{it}`")).collect();
    let names = enumerate(&lost);
    let name = &text.name;
    (!lost.is_empty())
        .then(|| format!("{name}: columns not kept, because edges have no tags: {names}"))
}
