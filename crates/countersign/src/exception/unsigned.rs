//! Seats from which nobody could sign an exception, in words, with the command that mends it.

use serde::Deserialize;
use serde_json::Value;

use crate::client::Stopped;
use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::send::Client;
use crate::client::table::field;

/// Most people whom one line names.
const NAMED_MAX: usize = 3;

#[derive(Debug, Deserialize)]
struct Unsigned {
    seat: String,
    could_be_appointed: Vec<String>,
    from_outside: bool,
}

/// A line for each such seat; empty where all can be signed, or nothing waits for a signature.
pub(super) async fn words(
    client: &Client,
    (reference, people): (&str, &People),
) -> Result<String, Stopped> {
    let sent: Value = client.get(&["exceptions", reference, "unsigned"], &[]).await?;
    let items = sent.get("items").and_then(Value::as_array);
    let mut text = String::new();
    for item in items.into_iter().flatten() {
        let seat: Unsigned = read_row(item)?;
        text.push_str(&field("nobody signs", &line(&seat, reference, people)));
    }
    Ok(text)
}

fn line(it: &Unsigned, reference: &str, people: &People) -> String {
    let could = it.could_be_appointed.iter().take(NAMED_MAX);
    let names: Vec<String> = could.map(|id| people.name(id)).collect();
    let mut line = format!("from the {} seat", it.seat);
    if !names.is_empty() {
        line.push_str(&format!(": appoint {} to it", names.join(" or ")));
    }
    if it.from_outside {
        line.push_str(&format!(
            "; somebody from outside: `countersign person appoint-for-case --case {reference} --seat {} \
             --name NAME --no-identity --until 14d`",
            it.seat
        ));
    }
    line
}
