//! The remedies that a finding offers, and the one that somebody means.

use countersign_access::change::Change;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Stopped;
use crate::client::list::read_row;
use crate::client::send::Client;
use crate::exit::Failure;

/// A remedy as the server offers it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Offer {
    /// `revoke`, `reduce` or `disable`.
    pub(super) remedy: String,
    /// The system that would change.
    pub(super) system: String,
    /// In words.
    pub(super) words: String,
    /// The change.
    pub(super) change: Change,
}

/// Which remedy somebody means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The one with this number, from 1.
    Number(usize),
    /// The one that takes this away.
    Edge {
        /// `revoke` or `reduce`.
        remedy: &'static str,
        /// `SOURCE,KIND,TARGET`.
        edge: String,
    },
    /// The one that keeps this account from signing in.
    Account(String),
}

#[derive(Debug, Deserialize)]
struct List {
    items: Vec<Value>,
}

impl Offer {
    /// What `--revoke`, `--reduce` and `--disable` take.
    pub(super) fn target(&self) -> String {
        match &self.change {
            Change::RemoveEdge { edge, .. } => {
                format!("{},{},{}", edge.source, edge.kind, edge.target)
            }
            Change::DisableAccount { account } => account.to_string(),
        }
    }

    fn is(&self, wanted: &Wanted, number: usize) -> bool {
        match (wanted, &self.change) {
            (Wanted::Number(wanted), _) => *wanted == number,
            (Wanted::Edge { remedy, edge }, Change::RemoveEdge { .. }) => {
                *remedy == self.remedy && *edge == self.target()
            }
            (Wanted::Account(account), Change::DisableAccount { .. }) => *account == self.target(),
            (Wanted::Edge { .. }, Change::DisableAccount { .. })
            | (Wanted::Account(_), Change::RemoveEdge { .. }) => false,
        }
    }
}

/// The remedies of a finding, each with what was sent of it.
///
/// # Errors
/// When the server does not tell them.
pub(super) async fn offers(
    client: &Client,
    reference: &str,
) -> Result<Vec<(Offer, Value)>, Stopped> {
    let list: List = client.get(&["findings", reference, "remedies"], &[]).await?;
    let mut offers = Vec::new();
    for sent in list.items {
        offers.push((read_row(&sent)?, sent));
    }
    Ok(offers)
}

/// The one that is meant.
///
/// # Errors
/// When none is, or more than one.
pub(super) fn meant<'a>(
    offers: &'a [(Offer, Value)],
    wanted: &Wanted,
    reference: &str,
) -> Result<&'a (Offer, Value), Failure> {
    let numbered = (1_usize..).zip(offers);
    let meant: Vec<_> = numbered.filter(|(number, (offer, _))| offer.is(wanted, *number)).collect();
    let see = format!("`countersign finding remedies {reference}` lists them");
    match meant.as_slice() {
        [(_, one)] => Ok(one),
        [] if offers.is_empty() => Err(Failure::malformed(format!(
            "no remedy is known for {reference}: look at it with `countersign finding show {reference}`"
        ))),
        [] => {
            let count = offers.len();
            Err(Failure::malformed(format!("this is none of its {count} remedies: {see}")))
        }
        many => {
            let numbers: Vec<String> = many.iter().map(|(number, _)| number.to_string()).collect();
            let numbers = numbers.join(", ");
            Err(Failure::malformed(format!(
                "this is more than one of its remedies: give `--option` one of {numbers}; {see}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn offers() -> Vec<(Offer, Value)> {
        let edge = |system: &str, target: &str| {
            json!({
                "remedy": "revoke", "system": system, "words": "w",
                "change": {"what": "remove_edge", "source": "a,b", "kind": "member_of",
                           "target": target, "grantor": null},
            })
        };
        let disable = json!({
            "remedy": "disable", "system": "erp", "words": "w",
            "change": {"what": "disable_account", "account": "x"},
        });
        [edge("erp", "g"), edge("erp", "h"), edge("hr", "h"), disable]
            .into_iter()
            .map(|sent| (read_row(&sent).unwrap(), sent))
            .collect()
    }

    fn edge(text: &str) -> Wanted {
        Wanted::Edge { remedy: "revoke", edge: text.to_owned() }
    }

    #[test]
    fn a_remedy_is_meant_by_its_number_or_by_what_it_takes_away() {
        let offers = offers();
        let meant = |wanted: &Wanted| meant(&offers, wanted, "FN-1");
        assert_eq!(meant(&Wanted::Number(2)).unwrap().1, offers[1].1);
        assert_eq!(meant(&edge("a,b,member_of,g")).unwrap().1, offers[0].1, "ids may hold commas");
        assert_eq!(meant(&Wanted::Account("x".to_owned())).unwrap().1, offers[3].1);
    }

    #[test]
    fn what_is_no_remedy_or_more_than_one_is_refused_in_words() {
        let offers = offers();
        let words = |wanted: &Wanted| meant(&offers, wanted, "FN-1").unwrap_err().words;
        for none in [Wanted::Number(0), Wanted::Number(5), edge("a,b,member_of,z")] {
            assert!(words(&none).contains("none of its 4 remedies"), "{none:?}");
        }
        let reduce = Wanted::Edge { remedy: "reduce", edge: "a,b,member_of,g".to_owned() };
        assert!(words(&reduce).contains("none of its"), "a membership is not reduced");
        assert!(words(&edge("a,b,member_of,h")).contains("`--option` one of 2, 3"));
        let none = meant(&[], &Wanted::Number(1), "FN-1").unwrap_err().words;
        assert!(none.contains("no remedy is known for FN-1"), "{none}");
    }
}
