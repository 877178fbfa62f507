//! What the policy says to a question that is made up, and who of the people there are could do it.

use std::sync::Arc;

use countersign_policy::authority::Who;
use countersign_policy::explain::{Explained, Supposed, explain};
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::{Door, NotDone};
use crate::oversight::Reading;
use crate::people;

/// Most people who are asked about.
const PEOPLE_MAX: usize = 2_000;

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyAnswer)]
pub struct Told {
    /// Version of this form.
    pub version: u32,
    /// The policy's id and version.
    pub policy: String,
    /// Whether policy and the laws that can be told here let it pass.
    pub permitted: bool,
    /// The tier of the case.
    pub tier: String,
    /// Why.
    pub why: Vec<Because>,
    /// The seats that could.
    pub seats: Vec<String>,
    /// The people who could as things stand.
    pub others: Vec<String>,
    /// How many more could.
    pub others_more: usize,
    /// What would make it a yes, each by itself.
    pub yes_if: Vec<String>,
}

/// One reason and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyReason)]
pub struct Because {
    /// The policy's id, `tier.ID.KEY`, or `law` for what no policy can change.
    pub by: String,
    /// In words.
    pub words: String,
    /// File and line, for a policy of authority.
    pub place: Option<String>,
}

/// The answer to a question that is made up; nothing where the policy has no tier for it.
///
/// # Errors
/// When the store cannot answer.
pub async fn told(door: &Door, supposed: &Supposed) -> Result<Option<Told>, NotDone> {
    let people = people(door).await?;
    let Some(ask) = supposed.ask(&door.policy) else { return Ok(None) };
    let (folder, now) = (Arc::clone(&door.policy), door.clock.now());
    let told = tokio::task::spawn_blocking(move || explain(&folder, &ask, &people, now)).await;
    let told = told.ok().and_then(Result::ok);
    Ok(told.map(|it| of(&door.policy.version, it)))
}

pub(crate) fn of(version: &str, told: Explained) -> Told {
    let because = |it: countersign_policy::explain::Reason| Because {
        by: it.by,
        words: it.words,
        place: it.place,
    };
    Told {
        version: 1,
        policy: version.to_owned(),
        permitted: told.permitted,
        tier: told.tier,
        why: told.why.into_iter().map(because).collect(),
        seats: told.seats.into_iter().map(str::to_owned).collect(),
        others: told.others.iter().map(ToString::to_string).collect(),
        others_more: told.others_more,
        yes_if: told.yes_if,
    }
}

async fn people(door: &Door) -> Result<Vec<Who>, NotDone> {
    let (now, from) = (door.clock.now(), Reading::Store(&door.store));
    let people = people::active(from, PEOPLE_MAX).await?;
    Ok(people.iter().map(|person| Who::of(person, now)).collect())
}
