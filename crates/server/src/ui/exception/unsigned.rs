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
    let outside = match it.from_outside {
        true => ", or give somebody from outside this one seat for this one case",
        false => "",
    };
    match (names.is_empty(), more) {
        (true, _) if it.from_outside => format!(
            "{seat}, and nobody here is without part in the access: give somebody from outside this one seat for this one case"
        ),
        (true, _) => format!(
            "{seat}, and nobody here is without part in the access: appoint somebody else to it, who answers for what they decide"
        ),
        (false, 0) => format!(
            "{seat}: appoint somebody to it, as {} has no part in the access{outside}",
            names.join(" or ")
        ),
        (false, more) => format!(
            "{seat}: appoint somebody to it, as {} or one of {more} more have no part in the access{outside}",
            names.join(", ")
        ),
    }
}
