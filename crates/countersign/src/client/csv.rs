//! Rows as CSV for spreadsheets, written as the server writes them; only the ends of lines are those
//! of a terminal.

use countersign_server::api::csv::{Lines, written};
use serde_json::Value;

use crate::exit::Failure;

/// Rows as CSV, with the fields as header.
///
/// # Errors
/// When it cannot be written down, which is a defect.
pub(crate) fn csv(fields: &[&str], items: &[Value]) -> Result<String, Failure> {
    let rows = written(fields, items, Lines::Lf);
    rows.map_err(|why| Failure::fault(format!("could not write CSV: {why}; report it")))
}
