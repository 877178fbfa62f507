//! `groups.test.toml`: in which seats somebody sits who is in some groups.

use std::collections::BTreeSet;

use countersign_governance::seat::SeatName;
use serde::Deserialize;
use toml::Spanned;

use super::super::Folder;
use super::{Report, Spoken, each};
use crate::rules::{Malformed, Text, word};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "cases `[[case]]`")]
struct CasesForm {
    case: Vec<CaseForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct CaseForm {
    name: String,
    groups: Vec<String>,
    seats: Vec<Spanned<String>>,
}

pub(super) fn run(
    folder: &Folder,
    text: &Text,
    report: &mut Report,
    spoken: &mut Spoken,
) -> Result<(), Malformed> {
    each::<CasesForm>(
        text,
        |form| form.case.len(),
        |form, marks| {
            for case in &form.case {
                let wanted = case.seats.iter();
                let wanted: BTreeSet<SeatName> =
                    wanted.filter_map(|it| word::read(it.get_ref(), &it.span(), marks)).collect();
                let is = folder.groups.seats_of(case.groups.iter().map(String::as_str));
                let place = (text.name.as_str(), case.name.as_str());
                report.compare(place, &words(&is), &words(&wanted));
                spoken.groups.extend(case.groups.iter().cloned());
            }
        },
    )
}

fn words(seats: &BTreeSet<SeatName>) -> String {
    let words: Vec<&str> = seats.iter().map(|seat| seat.as_str()).collect();
    if words.is_empty() { "no seat".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::super::{builtin_texts, load};
    use crate::rules::Text;

    fn text(name: &str, text: &str) -> Text {
        Text { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_group_without_a_test_is_untested_and_a_wrong_test_fails() {
        let mut texts = builtin_texts();
        let before = load(&texts).unwrap();
        texts.push(text("groups.toml", "[[group]]\nname = 'iam'\nseats = ['control']\n"));
        let folder = load(&texts).unwrap();
        assert_ne!(folder.digest, before.digest, "a group is part of the policy");
        let report = folder.test(&texts).unwrap();
        assert!(report.untested.contains(&"group `iam`".to_owned()), "{:?}", report.untested);
        let case = |seats: &str| {
            let case = format!("[[case]]\nname = 'a'\ngroups = ['iam', 'x']\nseats = [{seats}]\n");
            let mut texts = texts.clone();
            texts.push(text("groups.test.toml", &case));
            load(&texts).unwrap().test(&texts).unwrap()
        };
        assert!(case("'control'").is_good());
        let failed = case("'control', 'legal'");
        assert!(failed.failures[0].to_string().contains("it is control"), "{failed:?}");
        assert!(!case("").is_good());
    }
}
