//! Seats from which nobody could sign, in words, while there is time to appoint somebody.

use crate::ask::List;
use crate::ask::unsigned::Unsigned;
use crate::door::{Door, NotDone};

use super::super::person::People;

/// Most people whom one sentence names.
const NAMED_MAX: usize = 5;

/// A sentence for each seat.
pub(super) async fn cannot_sign(
    door: &Door,
    seats: List<Unsigned>,
) -> Result<Vec<String>, NotDone> {
    let named = seats.items.iter().flat_map(|it| it.could_be_appointed.iter().take(NAMED_MAX));
    let people = People::of(door, "", named.cloned()).await?;
    Ok(seats.items.iter().map(|it| words(it, &people)).collect())
}

fn words(it: &Unsigned, people: &People) -> String {
    let seat = format!("Nobody could sign from the {} seat", it.seat);
    let names: Vec<String> =
        it.could_be_appointed.iter().take(NAMED_MAX).map(|id| people.name(id)).collect();
    let more = it.could_be_appointed.len().saturating_sub(NAMED_MAX);
    match (names.is_empty(), more) {
        (true, _) => format!(
            "{seat}, and nobody here is without part in the access: appoint somebody from outside to this one seat"
        ),
        (false, 0) => format!(
            "{seat}: appoint somebody to it, as {} has no part in the access",
            names.join(" or ")
        ),
        (false, more) => format!(
            "{seat}: appoint somebody to it, as {} or one of {more} more have no part in the access",
            names.join(", ")
        ),
    }
}
