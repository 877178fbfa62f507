//! The policy: which is in force and which is proposed, what its tiers ask for, who may do what by it,
//! what its tests say, and what became of earlier ones. Decides nothing.

pub mod consequence;
mod difference;
mod history;
mod matrix;
mod supposed;
mod tested;
mod tiers;

#[cfg(test)]
pub(crate) use self::{
    difference::of as other_of, matrix::of as matrix_of, supposed::of as told_of,
    tested::of as tested_of,
};
pub use consequence::{CaseOtherwise, Consequences, Otherwise, between, consequences};
pub use difference::{ChangedFile, Difference, InWords, NotCompared, TextLine, difference};
pub use history::{Change, history};
pub use matrix::{Cell, Matrix, MatrixRow, Permitting, matrix};
pub use supposed::{Because, Told, told};
pub use tested::{Tested, Tried, tested};
pub use tiers::{AsksFor, Bears, CaseRange, Costs, TierRow, tiers};

use std::collections::BTreeSet;

use countersign_governance::policy::Policy;
use countersign_governance::seat::SeatName;
use countersign_governance::{State, Subject};
use countersign_policy::folder::Folder;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::{Door, NotDone};
use crate::kept;

/// How the policy stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Policy)]
pub struct Standing {
    /// Version of this form.
    pub version: u32,
    /// Digest of the policy in force.
    pub digest: String,
    /// Its id and version, for people; null where it was put in force before that was kept.
    pub policy: Option<String>,
    /// Digest of the policy by which this server decides; another one where it could not take up the one
    /// in force.
    pub decides_by: String,
    /// Why it could not.
    pub not_taken_up: Option<String>,
    /// What waits for a second person.
    pub proposal: Option<Waiting>,
    /// The tier of changes to people, processes, systems and policy.
    pub administration: String,
    /// The tiers, mildest first.
    pub tiers: Vec<TierRow>,
    /// The groups of the provider of sign-ins that stand for seats, by name.
    pub groups: Vec<GroupRow>,
    /// The sequence of the policy: the ETag.
    pub sequence: i64,
}

/// A group of the provider of sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyGroup)]
pub struct GroupRow {
    /// What the provider calls it.
    pub name: String,
    /// The seats in which whoever is in it sits.
    #[schema(value_type = Vec<String>)]
    pub seats: Vec<SeatName>,
}

/// A proposal that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyProposal)]
pub struct Waiting {
    /// Digest of the policy.
    pub digest: String,
    /// Its id and version, for people.
    pub policy: String,
    /// Why; null where that was erased.
    pub why: Option<String>,
    /// Who proposed it.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Until when it can be countersigned.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// The policy as the events say; nothing before the first start.
///
/// # Errors
/// When the store cannot answer.
pub async fn state(door: &Door) -> Result<(Option<Policy>, i64), NotDone> {
    let (state, sequence) = kept::look(&door.store, Subject::Policy).await?;
    Ok(match state {
        State::Policy(policy) => (policy, sequence),
        State::Finding(_)
        | State::Exception(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => (None, sequence),
    })
}

/// How the policy stands.
///
/// # Errors
/// When the store cannot answer.
pub async fn standing(door: &Door) -> Result<Standing, NotDone> {
    let (policy, sequence) = state(door).await?;
    let folder = &door.policy;
    let proposal = match policy.as_ref().and_then(|it| it.waiting(door.clock.now())) {
        Some(it) => Some(Waiting {
            digest: it.digest.clone(),
            policy: it.version.clone(),
            why: kept::read_words(&door.store, &it.reason).await?,
            by: it.signed.person().to_string(),
            at: it.signed.at(),
            until: it.until,
        }),
        None => None,
    };
    let is_ours = policy.as_ref().is_none_or(|it| it.digest == folder.digest);
    let named = policy.as_ref().and_then(|it| it.version.clone());
    Ok(Standing {
        version: 1,
        digest: policy.map_or_else(|| folder.digest.clone(), |it| it.digest),
        policy: if is_ours { Some(folder.version.clone()) } else { named },
        decides_by: folder.digest.clone(),
        not_taken_up: door.live.behind().map(|it| it.why),
        proposal,
        administration: folder.tiers.administration().map_or_else(String::new, |it| it.id.clone()),
        tiers: tiers(folder),
        groups: groups(folder),
        sequence,
    })
}

/// The groups of a policy with their seats.
pub(crate) fn groups(folder: &Folder) -> Vec<GroupRow> {
    let row = |(name, seats): (&str, &BTreeSet<SeatName>)| GroupRow {
        name: name.to_owned(),
        seats: seats.iter().copied().collect(),
    };
    folder.groups.iter().map(row).collect()
}
