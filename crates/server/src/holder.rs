//! Who has part in an access: everybody one of whose identities has it, or stands behind what has it.
//! Found out once for all verbs of one transaction, with as many statements however many people there are.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use countersign_access::node::NodeId;
use countersign_governance::State;
use countersign_governance::facts::{Erased, Facts};
use countersign_governance::id::PersonId;
use countersign_governance::text::TextDigest;
use countersign_ledger::tree::Hash;
use countersign_store::{Tx, state, text};

use crate::beforehand::About;
use crate::door::NotDone;
use crate::kept;
use crate::renewal::Counted;

/// Who has part in an access, as far as that can be known.
#[derive(Debug, Clone, Default)]
struct Holders {
    people: BTreeSet<PersonId>,
    erased: Erased,
    is_cut: bool,
}

/// Who has part in which access, by the words of its finding, and what the last periods of exceptions
/// showed: the same for every verb that is answered in one transaction, and never kept beyond it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    holders: BTreeMap<TextDigest, Holders>,
    pub(crate) periods: Counted,
}

impl Found {
    /// Adds everybody who has part in the access that a finding is about.
    pub(crate) async fn add(
        &mut self,
        tx: &mut Tx,
        about: &About,
        facts: &mut Facts,
    ) -> Result<(), NotDone> {
        let holders = match self.holders.entry(about.detail.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(holders(tx, about).await?),
        };
        facts.holders.extend(&holders.people);
        facts.erased.affected |= holders.erased.affected;
        facts.erased.people.extend(&holders.erased.people);
        facts.holders_cut |= holders.is_cut;
        Ok(())
    }
}

/// Everybody one of whose identities has the combination that a finding is about, or stands behind
/// what has it, and everybody whose identities were erased.
async fn holders(tx: &mut Tx, about: &About) -> Result<Holders, NotDone> {
    let mut holders = Holders { is_cut: about.behind.is_cut, ..Holders::default() };
    if about.toxic.is_none() {
        // Whom it affects is not known, which is not nobody.
        holders.erased.affected = true;
        return Ok(holders);
    }
    let has = |id: &NodeId| {
        about.behind.nodes.contains(id) || about.meeting.as_ref().is_some_and(|it| it.contains(id))
    };
    let mut after = String::new();
    loop {
        let rows = state::all(&mut *tx, "person", &after).await?;
        let Some(last) = rows.last() else { return Ok(holders) };
        let texts = text::of_states(&mut *tx, "person", (&after, &last.subject)).await?;
        let texts: BTreeMap<Hash, text::Text> =
            texts.into_iter().map(|text| (text.digest, text)).collect();
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Person(Some(person)) = kept::parse(&row.state)? else { continue };
            let text = kept::hash_of(&person.appointment().identities);
            let text = text.and_then(|hash| texts.get(&hash));
            let words = text.and_then(|text| kept::kept(text.body.clone()));
            let ids = words.and_then(|words| serde_json::from_str::<Vec<NodeId>>(&words).ok());
            match ids {
                None => {
                    holders.erased.people.insert(person.id());
                }
                Some(ids) if ids.iter().any(has) => {
                    holders.people.insert(person.id());
                }
                Some(_) => {}
            }
        }
    }
}
