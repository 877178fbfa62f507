//! May this person do this on this case, why, who else could, and what would make it a yes: the question
//! that a decision puts to policy, put without deciding anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_governance::actor::Actor;
use countersign_governance::appointment::{self, OneCase, Person};
use countersign_governance::authority::Verb;
use countersign_governance::finding::assign::Assign;
use countersign_governance::id::PersonId;
use countersign_governance::{Command, Subject, exception, finding};
use countersign_policy::authority::Who;
use countersign_policy::explain::{self, Explained};
use jiff::Timestamp;

use crate::accountable;
use crate::beforehand::{self, Seen};
use crate::door::{Asked, Door, NotDone};
use crate::gather::put;
use crate::holder::Found;
use crate::kept;
use crate::oversight::Reading;
use crate::people;
use crate::related;
use crate::signed::Signed;

/// Most people of whom it is tried whether they could instead.
const PEOPLE_MAX: usize = 2_000;

impl Door {
    /// What policy says to a person who wanted to do this to a finding or an exception now, signed in as
    /// they are, or as weakly as can be where nobody knows. None when the verb is of another kind of case, or
    /// nobody is called so.
    ///
    /// # Errors
    /// When the store failed, or the graph is not there yet.
    pub async fn explain(
        &self,
        (who, signed): (PersonId, Option<Signed>),
        verb: Verb,
        subject: Subject,
    ) -> Result<Option<Explained>, NotDone> {
        let Some(command) = stand_in(who, verb, subject) else { return Ok(None) };
        let asked = Asked { signed, ..Asked::new(Actor::Person(who), command) };
        let mut seen = Seen::of(self.graph.read());
        let before = beforehand::look(self, &asked, &mut seen).await?;
        let given = Arc::new((asked, before));
        let door = self.clone();
        self.store
            .transact(move |tx| {
                let (door, given) = (door.clone(), Arc::clone(&given));
                Box::pin(async move {
                    let current = kept::load(tx, given.0.command.subject()).await?;
                    let now = door.clock.now();
                    let told = (&given.0, &given.1, &mut Found::default());
                    let asked = put(&door, tx, (&current.state, Some(verb)), told, now).await?;
                    let (gathered, Some(ask)) = asked else { return Ok(None) };
                    let people = people::active(Reading::Tx(tx), PEOPLE_MAX).await?;
                    let case = related::one_case(subject);
                    let mut people = bound(&people, case, now);
                    if door.policy.authorities.reads(verb, &ask.case.tier).duties {
                        let raci = accountable::whole(&door, &door.policy, tx).await?;
                        let on = door.policy.calendar.local(now).date();
                        for who in &mut people {
                            let system = ask.case.system.as_deref();
                            who.duties = raci.duties(who.person, system, on);
                        }
                    }
                    let told = explain::explain(&door.policy, &ask, &people, now).ok();
                    let row = gathered.facts.authority.row;
                    Ok(told.map(|told| Explained { row, ..told }))
                })
            })
            .await
    }
}

/// People as policy is asked about them on a case.
fn bound(people: &[Person], case: Option<OneCase>, now: Timestamp) -> Vec<Who> {
    let known: BTreeMap<PersonId, &Person> = people.iter().map(|it| (it.id(), it)).collect();
    let record = |id: PersonId| known.get(&id).copied();
    let on = |it| Who::on(it, case, &appointment::bound(it, now, record), now);
    people.iter().map(on).collect()
}

/// A command of the same case, for whatever is gathered about it.
fn stand_in(who: PersonId, verb: Verb, subject: Subject) -> Option<Command> {
    // An exception that is asked for is about a finding: it is not there yet.
    let asks = verb == Verb::ExceptionPropose && subject.kind() == "finding";
    let is_of_kind = asks || verb.as_str().split('.').next() == Some(subject.kind());
    match subject {
        Subject::Finding(id) if is_of_kind => {
            Some(Command::Finding(id, finding::Command::Assign(Assign { owner: who })))
        }
        Subject::Exception(id) if is_of_kind => {
            Some(Command::Exception(id, exception::Command::Accept))
        }
        Subject::Finding(_)
        | Subject::Exception(_)
        | Subject::Person(_)
        | Subject::Process(_)
        | Subject::System(_)
        | Subject::Policy
        | Subject::Accountability(_)
        | Subject::Gap(_)
        | Subject::Review(_)
        | Subject::Item(_) => None,
    }
}
