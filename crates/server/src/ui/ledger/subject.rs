//! What an entry of the ledger is about and what happened, in words. A leaf holds ids only; what people
//! call them is looked up beside it.

use super::super::person::People;
use crate::ask::finding::{PREFIX, bare, find};
use crate::door::{Door, NotDone};

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
        "person" => plain(people.name(id)),
        "system" => Subject { name: "a system".to_owned(), address: Some("/systems".to_owned()) },
        other => plain(other.to_owned()),
    })
}

/// Ids of the people whom an entry names.
pub(super) fn people_of(subject: &str, actor: &str) -> Vec<String> {
    let id = |text: &str| text.strip_prefix("person:").map(str::to_owned);
    id(subject).into_iter().chain(id(actor)).collect()
}

/// What happened: `finding.remedy_chosen.1` is `finding: remedy chosen`.
pub(super) fn happened(name: &str) -> String {
    let without = name.rsplit_once('.').map_or(name, |(name, _)| name);
    without.replacen('.', ": ", 1).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::happened;

    #[test]
    fn what_happened_is_told_without_its_version() {
        assert_eq!(happened("finding.remedy_chosen.1"), "finding: remedy chosen");
        assert_eq!(happened("odd"), "odd");
    }
}
