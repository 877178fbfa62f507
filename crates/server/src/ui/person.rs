//! People as pages name them. Only those who are asked for are looked up.

use std::collections::{BTreeMap, BTreeSet};

use countersign_governance::seat::SeatName;

use super::refusal::Refused;
use crate::ask::exception::whole::Signed;
use crate::ask::person::{Row, one, page};
use crate::door::{Door, NotDone};

/// Most people among whom one is chosen in a form.
const CHOICES_MAX: usize = 1_000;

/// How many are read at once.
const PAGE: i64 = 200;

/// Somebody, as a page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) initials: String,
    pub(super) seats: String,
    /// Whether it is the one who looks.
    pub(super) is_you: bool,
}

/// The names of those who were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    known: BTreeMap<String, Row>,
    you: String,
}

impl People {
    pub(super) async fn of(
        door: &Door,
        you: &str,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Self, NotDone> {
        let mut known = BTreeMap::new();
        for id in ids.into_iter().collect::<BTreeSet<_>>() {
            if let Some(row) = one(door, &id).await? {
                known.insert(id, row);
            }
        }
        Ok(Self { known, you: you.to_owned() })
    }

    /// Of these alone; the last row of a person counts.
    pub(super) fn known(rows: impl IntoIterator<Item = Row>) -> Self {
        let known = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        Self { known, you: String::new() }
    }

    pub(super) fn who(&self, id: &str) -> Who {
        match self.known.get(id) {
            Some(row) => who(row, row.id == self.you),
            None => Who {
                id: id.to_owned(),
                name: "somebody who is not known here".to_owned(),
                initials: "?".to_owned(),
                seats: String::new(),
                is_you: false,
            },
        }
    }

    /// Who signed, and for whom.
    pub(super) fn signer(&self, signed: &Signed) -> String {
        let by = self.name(&signed.person);
        match &signed.signed_for {
            Some(other) => format!("{by} for {}", self.name(other)),
            None => by,
        }
    }

    /// The name; `you` for the one who looks.
    pub(super) fn name(&self, id: &str) -> String {
        if id == self.you { "you".to_owned() } else { self.who(id).name }
    }

    /// Words with a name in place of each `person ID` in them, as far as the person is known here.
    pub(super) fn named_in(&self, words: &str) -> String {
        self.known.iter().fold(words.to_owned(), |words, (id, row)| {
            words.replace(&format!("person {id}"), &row.name)
        })
    }

    /// A no with names in it.
    pub(super) fn told(&self, refused: &Refused) -> Refused {
        Refused { who: self.named_in(&refused.who), ..refused.clone() }
    }

    /// Who acted, as the ledger names them: a person, or a machine of ours.
    pub(super) fn actor(&self, actor: &str) -> String {
        match actor.split_once(':') {
            Some(("person", id)) => super::refusal::sentence(&self.name(id)),
            Some(("machine", "setup")) => "The first set-up".to_owned(),
            Some(("machine", "observer")) => "The reader of systems".to_owned(),
            Some(("machine", "judge")) => "The judge".to_owned(),
            Some(("machine", "steward")) => "The check of who answers for what".to_owned(),
            Some(("machine", "doorkeeper")) => "The provider of sign-ins".to_owned(),
            Some(("machine", "prober")) => "The tester of controls".to_owned(),
            Some(("machine", "timekeeper")) => "The timekeeper".to_owned(),
            Some(("machine", "enforcer")) => "The enforcer".to_owned(),
            Some(("machine", "registrar")) => "The registrar of reviews".to_owned(),
            Some(_) | None => actor.to_owned(),
        }
    }

    #[cfg(test)]
    pub(super) fn sample(people: &[(&str, &str, &[SeatName])], you: &str) -> Self {
        let row = |(id, name, seats): &(&str, &str, &[SeatName])| {
            let row = Row {
                id: (*id).to_owned(),
                name: (*name).to_owned(),
                active: true,
                seats: seats.to_vec(),
                manager: None,
                only: None,
                sequence: 1,
            };
            ((*id).to_owned(), row)
        };
        Self { known: people.iter().map(row).collect(), you: you.to_owned() }
    }
}

/// The active people in a seat, by name, at most [`CHOICES_MAX`].
pub(super) async fn in_seat(door: &Door, seat: SeatName, you: &str) -> Result<Vec<Who>, NotDone> {
    chosen(door, you, |row| row.seats.contains(&seat)).await
}

/// The active people, by name, at most [`CHOICES_MAX`].
pub(super) async fn active(door: &Door, you: &str) -> Result<Vec<Who>, NotDone> {
    chosen(door, you, |_| true).await
}

async fn chosen(door: &Door, you: &str, fits: impl Fn(&Row) -> bool) -> Result<Vec<Who>, NotDone> {
    let mut found: Vec<Who> = Vec::new();
    let mut cursor = None;
    while found.len() < CHOICES_MAX {
        let rows = page(door, cursor.as_deref(), PAGE).await?;
        let seated = rows.items.iter().filter(|row| row.active && fits(row));
        found.extend(seated.map(|row| who(row, row.id == you)));
        cursor = rows.next;
        if cursor.is_none() {
            break;
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found.truncate(CHOICES_MAX);
    Ok(found)
}

/// Seats in words.
pub(super) fn seats(seats: &[SeatName]) -> String {
    match seats {
        [] => "no seat".to_owned(),
        [one] => format!("{one} seat"),
        many => {
            let names: Vec<&str> = many.iter().map(|seat| seat.as_str()).collect();
            format!("{} seats", names.join(", "))
        }
    }
}

/// The first letters of the first and the last word of a name.
pub(super) fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let ends = match words.as_slice() {
        [] => Vec::new(),
        [only] => vec![only],
        [first, .., last] => vec![first, last],
    };
    ends.iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

fn seated(row: &Row) -> String {
    match &row.only {
        Some(only) => format!("from outside, {} seat for one case", only.seat),
        None => seats(&row.seats),
    }
}

fn who(row: &Row, is_you: bool) -> Who {
    let away = if row.active { "" } else { ", not active any more" };
    Who {
        id: row.id.clone(),
        name: row.name.clone(),
        initials: initials(&row.name),
        seats: format!("{}{}{away}", seated(row), if is_you { ", you" } else { "" }),
        is_you,
    }
}
