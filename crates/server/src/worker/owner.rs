//! Looks whether those who own exceptions are still there to carry them, after each change of people:
//! where one is not, somebody else is accountable at once. Which is for the decision to say; this only
//! asks. Any number of nodes may do it at once; the second finds nothing left to do.

use std::collections::BTreeSet;

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::exception::Command as Verb;
use countersign_governance::id::{ExceptionId, PersonId};
use countersign_governance::person::Person;
use countersign_governance::{Command, State, Subject};
use countersign_store::read::owner::{owned, owners};

use crate::act::{Asked, Door, NotDone};
use crate::ask::finding::bare;
use crate::kept;

/// Rows read at once.
const AT_ONCE: i64 = 200;

/// Owners who were not there when it was looked last; nothing before the first look, which therefore looks
/// at everybody's.
pub(super) type Gone = Option<BTreeSet<String>>;

/// Looks once.
///
/// # Errors
/// When it could not be looked or written down; what was until then is.
pub(super) async fn look(door: &Door, gone: &mut Gone) -> Result<(), NotDone> {
    let (mut now_gone, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = owners(&door.store, &after, AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for owner in page {
            let is_gone = !carries(door, &owner).await?;
            let was_gone = gone.as_ref().is_none_or(|gone| gone.contains(&owner));
            if is_gone || was_gone {
                each(door, &owner).await?;
            }
            if is_gone {
                now_gone.insert(owner);
            }
        }
    }
    *gone = Some(now_gone);
    Ok(())
}

async fn carries(door: &Door, owner: &str) -> Result<bool, NotDone> {
    let Ok(id) = owner.parse::<PersonId>() else { return Ok(true) };
    let (state, _) = kept::look(&door.store, Subject::Person(id)).await?;
    Ok(matches!(state, State::Person(Some(person)) if Person::can_carry(&person)))
}

/// Asks for each exception of an owner.
async fn each(door: &Door, owner: &str) -> Result<(), NotDone> {
    let mut after = 0;
    loop {
        let page = owned(&door.store, owner, (after, AT_ONCE)).await?;
        let Some((_, last)) = page.last() else { return Ok(()) };
        after = *last;
        for (exception, _) in page {
            let Ok(id) = bare(&exception).parse::<ExceptionId>() else { continue };
            let actor = Actor::Machine(Machine::Steward);
            let asked = Asked::new(actor, Command::Exception(id, Verb::OwnerLeft));
            match door.act(asked).await {
                Ok(_) => {}
                Err(NotDone::Refused(refusal)) => {
                    tracing::debug!(%exception, %refusal, "who is accountable was not said");
                }
                Err(problem) => return Err(problem),
            }
        }
    }
}
