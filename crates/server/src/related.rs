//! The people with whom others are bound when they sign: to whom they report, and for whom they stand in, as
//! far as it goes. Read one by one along the way, which is short: most decisions need none.

use std::collections::BTreeMap;

use countersign_governance::id::PersonId;
use countersign_governance::person::{self, OneCase, Person};
use countersign_governance::{Command, State, Subject};
use countersign_store::Tx;
use jiff::Timestamp;

use crate::door::NotDone;
use crate::kept;

/// Most people who are followed for one decision. A way that is longer is one that nobody can show to be
/// without part in an access.
const RELATED_MAX: usize = 1_000;

/// Those whom a walk has met.
pub(crate) type Related = BTreeMap<PersonId, Person>;

/// Adds everybody above somebody and above those for whom they stand in. Answers whether the way was
/// followed to its end.
pub(crate) async fn above(
    tx: &mut Tx,
    of: &Person,
    now: Timestamp,
    known: &mut Related,
) -> Result<bool, NotDone> {
    let from = of.manager().into_iter().chain(of.stands_in_for(now)).collect();
    follow(tx, from, known, |person| person.manager().into_iter().collect()).await
}

/// Adds everybody who could close a circle with an appointment.
pub(crate) async fn around(
    tx: &mut Tx,
    command: &Command,
    now: Timestamp,
    known: &mut Related,
) -> Result<bool, NotDone> {
    let Command::Person(_, person::Command::Appoint(it)) = command else { return Ok(true) };
    let from = it.manager.into_iter().chain(it.stands_in.iter().map(|it| it.person)).collect();
    let next =
        |person: &Person| person.manager().into_iter().chain(person.stands_in_for(now)).collect();
    follow(tx, from, known, next).await
}

async fn follow(
    tx: &mut Tx,
    mut open: Vec<PersonId>,
    known: &mut Related,
    next: impl Fn(&Person) -> Vec<PersonId>,
) -> Result<bool, NotDone> {
    while let Some(id) = open.pop() {
        if known.contains_key(&id) {
            continue;
        }
        if known.len() >= RELATED_MAX {
            return Ok(false);
        }
        if let State::Person(Some(person)) = kept::load(tx, Subject::Person(id)).await?.state {
            open.extend(next(&person));
            known.insert(id, person);
        }
    }
    Ok(true)
}

/// Whether the case for which somebody from outside is appointed has ended; nothing where there is none,
/// or the command appoints nobody so.
pub(crate) async fn one_case_ended(
    tx: &mut Tx,
    command: &Command,
) -> Result<Option<bool>, NotDone> {
    let Command::Person(_, person::Command::AppointForCase(it)) = command else { return Ok(None) };
    let subject = match it.case {
        OneCase::Finding(id) => Subject::Finding(id),
        OneCase::Exception(id) => Subject::Exception(id),
    };
    Ok(match kept::load(tx, subject).await?.state {
        State::Finding(Some(finding)) => Some(finding.is_ended()),
        State::Exception(Some(exception)) => Some(exception.is_ended()),
        _ => None,
    })
}

/// The case that a subject is, where it is one that is signed.
pub(crate) fn one_case(subject: Subject) -> Option<OneCase> {
    match subject {
        Subject::Finding(id) => Some(OneCase::Finding(id)),
        Subject::Exception(id) => Some(OneCase::Exception(id)),
        Subject::Person(_)
        | Subject::Process(_)
        | Subject::System(_)
        | Subject::Policy
        | Subject::Accountability(_)
        | Subject::Gap(_)
        | Subject::Review(_)
        | Subject::Item(_) => None,
    }
}
