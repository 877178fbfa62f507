//! Rows as CSV for spreadsheets: one column a field, and no cell that a spreadsheet would run.

use serde_json::Value;

use crate::exit::Failure;

/// Rows as CSV, with the fields as header.
///
/// # Errors
/// When it cannot be written down, which is a defect.
pub(crate) fn csv(fields: &[&str], items: &[Value]) -> Result<String, Failure> {
    let defect = |why: String| Failure::fault(format!("could not write CSV: {why}; report it"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| defect(error.to_string()))?;
    for item in items {
        let row = fields.iter().map(|field| neutral(cell(item.get(field))));
        writer.write_record(row).map_err(|error| defect(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| defect(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| defect(error.to_string()))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) if values.iter().all(Value::is_string) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            texts.join("; ")
        }
        Some(other) => other.to_string(),
    }
}

/// A cell that begins like a formula is made text, and nothing in a cell moves a terminal's cursor.
fn neutral(cell: String) -> String {
    let shown = |it: char| {
        let is_kept = !it.is_control() || matches!(it, '\t' | '\r' | '\n');
        if is_kept { it } else { char::REPLACEMENT_CHARACTER }
    };
    let cell: String = cell.chars().map(shown).collect();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        let items = [
            json!({"name": "=cmd|'/c calc'!A1", "n": 1}),
            json!({"name": "+1", "n": -2}),
            json!({"name": "@SUM(A1)", "n": null}),
            json!({"name": "\tx"}),
            json!({"name": "\rx"}),
            json!({"name": "-"}),
            json!({"name": "a=b", "n": true}),
        ];
        let text = csv(&["name", "n"], &items).unwrap();
        assert_eq!(
            text,
            "name,n\n'=cmd|'/c calc'!A1,1\n'+1,'-2\n'@SUM(A1),\n'\tx,\n\"'\rx\",\n'-,\na=b,true\n"
        );
    }

    #[test]
    fn lists_and_records_stand_in_one_cell_and_escapes_do_not_reach_a_terminal() {
        let items =
            [json!({"seats": ["business", "legal"], "counts": {"nodes": 2}, "x": "\u{1b}[2J"})];
        let text = csv(&["seats", "counts", "x"], &items).unwrap();
        assert_eq!(text, "seats,counts,x\nbusiness; legal,\"{\"\"nodes\"\":2}\",\u{fffd}[2J\n");
    }
}
