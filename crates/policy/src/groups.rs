//! Which groups of the provider of sign-ins stand for which seats. Read from `groups.toml`, which a folder
//! need not have: without it a group stands for nothing.

use std::collections::{BTreeMap, BTreeSet};

use countersign_governance::seat::SeatName;
use serde::Deserialize;
use toml::Spanned;

use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{shape, word};

/// Most groups that stand for something.
pub const GROUPS_MAX: usize = 200;

/// Longest name of a group, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// The seats that groups stand for, by the name that the provider gives the group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups(BTreeMap<String, BTreeSet<SeatName>>);

impl Groups {
    /// The seats of somebody who is in these groups, and in no other.
    #[must_use]
    pub fn seats_of<'a>(&self, groups: impl IntoIterator<Item = &'a str>) -> BTreeSet<SeatName> {
        groups.into_iter().filter_map(|it| self.0.get(it)).flatten().copied().collect()
    }

    /// Whether no group stands for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups with their seats, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<SeatName>)> {
        self.0.iter().map(|(name, seats)| (name.as_str(), seats))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "rows `[[group]]`")]
struct GroupsForm {
    group: Vec<Spanned<GroupForm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a group with `name` and `seats`")]
struct GroupForm {
    name: Spanned<String>,
    seats: Spanned<Vec<Spanned<String>>>,
}

/// Reads the groups.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str) -> Result<Groups, Malformed> {
    let (form, mut marks) = shape::parse::<GroupsForm>(name, text)?;
    let mut groups = BTreeMap::new();
    if form.group.len() > GROUPS_MAX {
        let what = format!("at most {GROUPS_MAX} groups stand for something: join some of them");
        marks.lack(&(0..0), what);
    }
    for row in form.group.iter().map(Spanned::get_ref) {
        let (called, place) = (row.name.get_ref(), row.name.span());
        if called.trim().is_empty() || called.len() > NAME_BYTES_MAX {
            let what = format!("a group has a name of 1 to {NAME_BYTES_MAX} bytes");
            marks.fault(&place, what);
        }
        let seats = seats(row, &mut marks);
        if groups.insert(called.clone(), seats).is_some() {
            let what = format!("group `{called}` has its seats already: keep one row");
            marks.fault(&place, what);
        }
    }
    marks.finish(name, Groups(groups))
}

fn seats(row: &GroupForm, marks: &mut Marks<'_>) -> BTreeSet<SeatName> {
    if row.seats.get_ref().is_empty() {
        let what = "the group stands for no seat: name one, or take the row out";
        marks.fault(&row.seats.span(), what);
    }
    let mut seats = BTreeSet::new();
    for told in row.seats.get_ref() {
        let seat: Option<SeatName> = word::read(told.get_ref(), &told.span(), marks);
        if let Some(seat) = seat.filter(|seat| !seats.insert(*seat)) {
            marks.fault(&told.span(), format!("seat `{}` stands here twice", seat.as_str()));
        }
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Result<Groups, String> {
        read("groups.toml", text).map_err(|it| it.to_string())
    }

    #[test]
    fn somebody_sits_in_the_seats_of_all_their_groups_and_an_unknown_group_gives_none() {
        let text = "[[group]]\nname = 'iam'\nseats = ['control']\n\
                    [[group]]\nname = 'heads'\nseats = ['business', 'operations']\n";
        let groups = groups(text).unwrap();
        let seats = |of: &[&str]| groups.seats_of(of.iter().copied());
        assert_eq!(seats(&["iam"]), BTreeSet::from([SeatName::Control]));
        assert_eq!(seats(&["heads", "iam", "others"]).len(), 3);
        assert!(seats(&["IAM", "iam ", ""]).is_empty(), "a name is compared as it is written");
        assert!(Groups::default().seats_of(["iam"]).is_empty());
    }

    #[test]
    fn a_row_that_says_nothing_or_contradicts_another_is_refused_with_its_line() {
        for (text, words) in [
            ("[[group]]\nname = 'a'\nseats = []", "stands for no seat"),
            ("[[group]]\nname = ' '\nseats = ['legal']", "a group has a name"),
            ("[[group]]\nname = 'a'\nseats = ['legal', 'legal']", "stands here twice"),
            ("[[group]]\nname = 'a'\nseats = ['king']", "king"),
            ("[[group]]\nname = 'a'\nseats = ['legal']\nmay = 1", "may"),
            (
                "[[group]]\nname = 'a'\nseats = ['legal']\n[[group]]\nname = 'a'\nseats = ['legal']",
                "has its seats already",
            ),
        ] {
            let refused = groups(text).unwrap_err();
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }
}
