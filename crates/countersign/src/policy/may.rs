//! What a server says to the question whether somebody may do something to a case.

use countersign_governance::authority::Verb;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Remote;
use crate::client::list::read_row;
use crate::client::people::{People, id_of};
use crate::client::table::field;
use crate::exit::Exit;
use crate::output;

/// The question.
pub(super) struct Question<'a> {
    pub(super) case: &'a str,
    pub(super) verb: Verb,
    pub(super) who: Option<&'a str>,
}

/// The answer, as the server gives it.
#[derive(Debug, Deserialize)]
struct May {
    permitted: bool,
    tier: String,
    why: Vec<Reason>,
    row: Option<String>,
    seats: Vec<String>,
    others: Vec<String>,
    others_more: usize,
    yes_if: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    by: String,
    words: String,
    place: Option<String>,
}

impl Question<'_> {
    /// Asks it, and says the answer. Exits with 1 when that is no.
    pub(super) fn ask(&self, remote: &Remote, json: bool) -> Exit {
        let mut exit = Exit::Done;
        let done = crate::client::run(remote, json, async |client| {
            let mut query =
                vec![("case", self.case.to_owned()), ("verb", self.verb.as_str().to_owned())];
            if let Some(who) = self.who {
                query.push(("who", id_of(client, who).await?));
            }
            let sent: Value = client.get(&["policy", "may"], &query).await?;
            let may: May = read_row(&sent)?;
            if !may.permitted {
                exit = Exit::Findings;
            }
            if json {
                return Ok(output::json(&sent)?);
            }
            Ok(may.words(&People::read(client).await?))
        });
        done.max(exit)
    }
}

impl May {
    fn words(&self, people: &People) -> String {
        let answer = if self.permitted { "yes" } else { "no" };
        let mut text = field("answer", &format!("{answer}, in tier {}", self.tier));
        for reason in &self.why {
            let place = reason.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            text.push_str(&field("because", &format!("{} ({}{place})", reason.words, reason.by)));
        }
        if let Some(row) = &self.row {
            text.push_str(&field("accountable by", row));
        }
        if !self.seats.is_empty() {
            text.push_str(&field("open to", &self.seats.join(", ")));
        }
        let mut others: Vec<String> = self.others.iter().map(|id| people.name(id)).collect();
        if self.others_more > 0 {
            others.push(format!("{} more", self.others_more));
        }
        if !others.is_empty() {
            text.push_str(&field("could do it now", &others.join(", ")));
        }
        for change in &self.yes_if {
            text.push_str(&field("yes if", change));
        }
        text
    }
}
