//! Tables for people, readable at 100 columns, and records as labelled lines.

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, presets};
use owo_colors::OwoColorize;

use crate::output::{WIDTH, plain, wrap};

/// Where the words of a labelled line begin.
pub(crate) const INDENT: &str = "               ";

/// A column's heading, and whether its cells may be broken over lines.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// Never broken.
    Whole(&'static str),
    /// Broken where it must be.
    Broken(&'static str),
}

impl Column {
    fn heading(self) -> &'static str {
        match self {
            Self::Whole(heading) | Self::Broken(heading) => heading,
        }
    }

    fn constraint(self) -> Option<ColumnConstraint> {
        match self {
            Self::Whole(_) => Some(ColumnConstraint::ContentWidth),
            Self::Broken(_) => None,
        }
    }
}

/// Rows under their headings.
pub(crate) fn table(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX))
        .set_header(columns.iter().map(|it| it.heading()).collect::<Vec<_>>());
    for (index, column) in columns.iter().enumerate() {
        if let Some(kept) = table.column_mut(index) {
            kept.set_padding((u16::from(index > 0), 1));
            if let Some(constraint) = column.constraint() {
                kept.set_constraint(constraint);
            }
        }
    }
    for row in rows {
        let row: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        table.add_row(Row::from(row));
    }
    let mut text = String::new();
    for (index, line) in table.to_string().lines().enumerate() {
        let line = line.trim_end();
        text.push_str(&if index == 0 { line.bold().to_string() } else { line.to_owned() });
        text.push('\n');
    }
    text
}

/// A label and what it says, over several lines where it must be.
pub(crate) fn field(label: &str, words: &str) -> String {
    labelled(label, &wrap(&plain(words), INDENT))
}

/// Puts a label into the indent of the first of some lines.
pub(crate) fn labelled(label: &str, lines: &str) -> String {
    let rest = lines.strip_prefix(INDENT).unwrap_or(lines);
    let width = INDENT.len().saturating_sub(2);
    let label = format!("{label:>width$}");
    format!("{}  {rest}", label.dimmed())
}
