//! Everybody who is active, as far as somebody asks for.

use countersign_governance::State;
use countersign_governance::person::Person;

use crate::door::NotDone;
use crate::kept;
use crate::oversight::Reading;

/// The active people in the order of their ids, at most so many.
pub(crate) async fn active(mut from: Reading<'_>, most: usize) -> Result<Vec<Person>, NotDone> {
    let (mut people, mut after) = (Vec::new(), String::new());
    while people.len() < most {
        let rows = from.all("person", &after).await?;
        let Some(last) = rows.last() else { break };
        last.subject.clone_into(&mut after);
        for row in rows {
            if let State::Person(Some(person)) = kept::parse(&row.state)?
                && person.is_active()
            {
                people.push(person);
            }
        }
    }
    people.truncate(most);
    Ok(people)
}
