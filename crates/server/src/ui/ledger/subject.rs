//! What an entry of the ledger is about and what happened, in words. A leaf holds ids only; what people
//! call them is looked up beside it.

use super::super::person::People;
use super::super::refusal::sentence;
use crate::ask::finding::{PREFIX, bare, find};
use crate::ask::{exception, process, system};
use crate::door::{Door, NotDone};

/// Most systems and processes among which a name is looked for.
const NAMED_MAX: i64 = 200;

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Subject {
    pub(in crate::ui) name: String,
    /// The page that shows it.
    pub(in crate::ui) address: Option<String>,
}

/// What people call a subject.
pub(super) async fn named(door: &Door, subject: &str, people: &People) -> Result<Subject, NotDone> {
    let (kind, id) = subject.split_once(':').unwrap_or((subject, ""));
    let plain = |name: String| Subject { name, address: None };
    Ok(match kind {
        "finding" => match find(door, &bare(subject)).await? {
            Some(item) => {
                let reference = format!("{PREFIX}{}", item.row.number);
                Subject { address: Some(format!("/findings/{reference}")), name: reference }
            }
            None => plain("a finding".to_owned()),
        },
        "exception" => match exception::find(door, &bare(subject)).await? {
            Some(item) => {
                let reference = format!("{}{}", exception::PREFIX, item.row.number);
                Subject { address: Some(format!("/exceptions/{reference}")), name: reference }
            }
            None => plain("an exception".to_owned()),
        },
        "person" => plain(people.name(id)),
        "system" => match system(door, id).await? {
            Some(name) => Subject { address: Some(format!("/systems/{name}")), name },
            None => plain("a system".to_owned()),
        },
        "process" => {
            let rows = process::page(door, None, NAMED_MAX).await?.items;
            let row = rows.into_iter().find(|row| row.id == id);
            plain(row.map_or_else(|| "a process".to_owned(), |row| row.name))
        }
        "policy" => {
            Subject { name: "the policy".to_owned(), address: Some("/policy/history".to_owned()) }
        }
        other => plain(format!("the {other}")),
    })
}

async fn system(door: &Door, id: &str) -> Result<Option<String>, NotDone> {
    let rows = system::page(door, None, NAMED_MAX).await?.items;
    Ok(rows.into_iter().find(|row| row.id == id).map(|row| row.name))
}

/// Ids of the people whom an entry names.
pub(super) fn people_of(subject: &str, actor: &str) -> Vec<String> {
    let id = |text: &str| text.strip_prefix("person:").map(str::to_owned);
    id(subject).into_iter().chain(id(actor)).collect()
}

/// What happened, in words: `finding.remedy_chosen.1` is `Finding remedy chosen`, save where that would
/// say too little.
pub(super) fn happened(name: &str) -> String {
    let without = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let words = WORDS.iter().find(|(event, _)| *event == without).map(|(_, words)| *words);
    words.map_or_else(|| sentence(&without.replace(['.', '_'], " ")), str::to_owned)
}

/// Events whose names alone say too little.
const WORDS: [(&str, &str); 38] = [
    ("finding.opened", "Finding opened"),
    ("finding.changed", "Seen otherwise than before"),
    ("finding.recurred", "Seen again"),
    ("finding.assigned", "Somebody put behind it"),
    ("finding.entrusted", "Its owner put behind it without a person"),
    ("finding.remedy_chosen", "Fix chosen"),
    ("finding.ordered", "Fix ordered"),
    ("finding.fulfilled", "Change made in the system"),
    ("finding.order_failed", "Change refused by the system"),
    ("finding.not_verified", "Read back: not fixed"),
    ("finding.inconclusive", "Read back: could not tell"),
    ("finding.ended", "Finding ended"),
    ("finding.refused", "Somebody was told no"),
    ("finding.disputed", "Said not to be toxic"),
    ("finding.dispute_rejected", "Toxic all the same"),
    ("exception.proposed", "Exception asked for"),
    ("exception.accepted", "Risk accepted for the business"),
    ("exception.confirmed", "Controls confirmed"),
    ("exception.signed", "Signed for legal"),
    ("exception.vetoed", "Vetoed by security"),
    ("exception.veto_answered", "Veto answered"),
    ("exception.control_tested", "Control tested"),
    ("exception.activated", "Exception in force"),
    ("exception.suspended", "Exception out of force"),
    ("exception.resumed", "Exception back in force"),
    ("exception.ended", "Exception ended"),
    ("exception.refused", "Somebody was told no"),
    ("person.appointed_for_case", "Given one seat for one case"),
    ("person.token_taken", "Program signed in by its person"),
    ("person.unlinked", "Link to the provider taken away"),
    ("person.signed_in_locally", "Signed in past the provider"),
    ("policy.adopted", "Policy in force"),
    ("policy.proposed", "Policy proposed"),
    ("policy.withdrawn", "Proposal ended"),
    ("policy.refused", "Somebody was told no"),
    ("system.run_accepted", "Read taken in"),
    ("person.seated_by_group", "Seated by their groups"),
    ("system.run_held", "Read held"),
];

#[cfg(test)]
mod tests {
    use super::happened;

    #[test]
    fn what_happened_is_told_without_its_version() {
        assert_eq!(happened("finding.remedy_chosen.1"), "Fix chosen");
        assert_eq!(happened("exception.seat_signed.2"), "Exception seat signed");
        assert_eq!(happened("odd"), "Odd");
    }
}
