//! What is otherwise in another version of a policy: where cases land, what tiers ask for, who may do
//! what. What that means for open cases is in `case`.

pub mod case;
mod lines;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;

pub use lines::{Line, lines};

use crate::authority::May;
use crate::folder::Folder;
use crate::matrix::word;
use crate::sla::Sla;
use crate::tier::{CRITICALITIES, Radius, Tier};

/// One difference, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What it is about: a tier, a verb, a policy, a file.
    pub about: String,
    /// How it was, empty for what is new.
    pub was: String,
    /// How it is, empty for what is gone.
    pub is: String,
    /// Whether the new version asks for less or lets more pass, as far as that can be told.
    pub loosens: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.loosens { "  (asks for less)" } else { "" };
        match (self.was.as_str(), self.is.as_str()) {
            ("", is) => write!(f, "{}: new: {is}{mark}", self.about),
            (was, "") => write!(f, "{}: gone: {was}{mark}", self.about),
            (was, is) => write!(f, "{}: {was} -> {is}{mark}", self.about),
        }
    }
}

/// Everything that is otherwise; empty for two folders that decide the same.
#[must_use]
pub fn diff(old: &Folder, new: &Folder) -> Vec<Difference> {
    let mut found = Vec::new();
    note(&mut found, "version", &old.version, &new.version, false);
    landings(old, new, &mut found);
    tiers(old, new, &mut found);
    seats(old, new, &mut found);
    groups(old, new, &mut found);
    policies(old, new, &mut found);
    files(old, new, &mut found);
    found
}

fn note(found: &mut Vec<Difference>, about: &str, was: &str, is: &str, loosens: bool) {
    if was != is {
        let (about, was, is) = (about.to_owned(), was.to_owned(), is.to_owned());
        found.push(Difference { about, was, is, loosens });
    }
}

/// Which cases land in another tier: tried at every boundary of either version.
fn landings(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let both = [old, new];
    let starts: BTreeSet<u64> = both
        .iter()
        .flat_map(|folder| &folder.tiers.tiers)
        .flat_map(|tier| tier.when.iter().map(|range| range.from))
        .collect();
    for criticality in CRITICALITIES {
        let mut last = None;
        for resources in &starts {
            let radius = Radius { resources: *resources, complete: true };
            let [was, is] = both.map(|folder| folder.tiers.of(Some(criticality), radius));
            let (Some(was), Some(is)) = (was, is) else { continue };
            let now = (was.id.as_str(), is.id.as_str());
            if last.replace(now) != Some(now) {
                let about = format!("{} process, from {resources} resources", criticality.as_str());
                // A tier is milder where the old version would have ranked it so.
                let rank = old.tiers.named(&is.id).map(|tier| tier.rank);
                note(found, &about, now.0, now.1, rank.is_some_and(|rank| rank < was.rank));
            }
        }
    }
}

fn tiers(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let ids: BTreeSet<&str> =
        old.tiers.tiers.iter().chain(&new.tiers.tiers).map(|tier| tier.id.as_str()).collect();
    for id in ids {
        match (old.tiers.named(id), new.tiers.named(id)) {
            (Some(was), Some(is)) => {
                let (was, is) = (asks(was, old.sla(id)), asks(is, new.sla(id)));
                for ((key, was, less_of), (_, is, more_of)) in was.into_iter().zip(is) {
                    note(found, &format!("tier {id}, {key}"), &was, &is, more_of > less_of);
                }
            }
            (was, is) => {
                let title =
                    |tier: Option<&Tier>| tier.map_or("", |it| it.title.as_str()).to_owned();
                note(found, &format!("tier {id}"), &title(was), &title(is), is.is_none());
            }
        }
    }
}

/// What a tier asks for: key, value in words, and a number that is greater the less is asked for.
fn asks(tier: &Tier, sla: Option<&Sla>) -> Vec<(&'static str, String, i64)> {
    let number = |key, value: i64| (key, value.to_string(), value);
    let stricter = |key, value: bool| (key, value.to_string(), i64::from(!value));
    let looser = |key, value: bool| (key, value.to_string(), i64::from(value));
    let seats: Vec<&str> = SeatName::ALL
        .into_iter()
        .filter(|seat| tier.approval.needs(*seat))
        .map(SeatName::as_str)
        .collect();
    let fewer = i64::try_from(seats.len()).unwrap_or(i64::MAX).saturating_neg();
    let radius = tier.radius_max.map_or(i64::MAX, |it| i64::try_from(it).unwrap_or(i64::MAX));
    let mut all = vec![
        ("seats", if seats.is_empty() { "nobody".to_owned() } else { seats.join(" and ") }, fewer),
        number("days_max", tier.days_max),
        number("review_days_max", tier.review_days_max),
        number("renewals_max", i64::from(tier.renewals_max)),
        (
            "renewal_climb",
            tier.renewal_climb.to_string(),
            i64::from(tier.renewal_climb).saturating_neg(),
        ),
        ("renewal_days", tier.renewal_days.to_string(), tier.renewal_days.saturating_neg()),
        number("takeover_days", tier.takeover_days),
        ("at_expiry", tier.at_expiry.as_str().to_owned(), 0),
        stricter("legal_signs", tier.legal_signs),
        stricter("ticket_required", tier.ticket_required),
        looser("deputies_may_sign", tier.deputies_may_sign),
        number("data_age_hours_max", tier.data_age_hours_max),
        looser("partial_reads_accepted", tier.partial_reads_accepted),
        stricter("second_person", tier.second_person),
        ("radius_max", tier.radius_max.map_or("no limit".to_owned(), |it| it.to_string()), radius),
    ];
    if let Some(sla) = sla {
        all.push(number("due_days", i64::from(sla.due_days)));
        all.push(number("assign_hours", i64::from(sla.assign_hours)));
        all.push(number("decide_hours", i64::from(sla.decide_hours)));
        all.push((
            "counted",
            sla.counted.as_str().to_owned(),
            i64::from(sla.counted == crate::sla::Counted::Business),
        ));
        let steps =
            sla.ladder.iter().map(|step| format!("{} {} h before", step.to, step.before_hours));
        all.push(("escalate", steps.collect::<Vec<_>>().join(", "), 0));
    }
    all
}

/// Which seat may do what otherwise: tried only where other policies have a say than before.
fn seats(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let [was, is] = [old, new].map(|folder| &folder.authorities);
    for verb in Verb::ALL {
        let ids: BTreeSet<&str> = new.tiers.tiers.iter().map(|tier| tier.id.as_str()).collect();
        for tier in ids {
            if old.tiers.named(tier).is_none() || was.said(verb, tier) == is.said(verb, tier) {
                continue;
            }
            for seat in SeatName::ALL {
                let (was, is) = (was.may(seat, verb, tier), is.may(seat, verb, tier));
                let about = format!("{} from the {seat} seat in {tier}", verb.as_str());
                let loosens = matches!((was, is), (May::No, _) | (May::If, May::Yes));
                note(found, &about, spelled(was), spelled(is), loosens);
            }
        }
    }
}

fn spelled(may: May) -> &'static str {
    match may {
        May::No => "no",
        May::Yes | May::If => word(may),
    }
}

fn policies(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let texts = |folder: &Folder| -> BTreeMap<String, String> {
        let all = folder.authorities.about.values();
        all.map(|it| (it.id.clone(), it.plain())).collect()
    };
    let (was, is) = (texts(old), texts(new));
    let ids: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let none = String::new();
    for id in ids {
        let (was, is) = (was.get(id).unwrap_or(&none), is.get(id).unwrap_or(&none));
        note(found, &format!("policy {id}"), was, is, false);
    }
}

/// Which groups stand for which seats: a seat more lets more people act.
fn groups(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let names: BTreeSet<&str> =
        old.groups.iter().chain(new.groups.iter()).map(|(name, _)| name).collect();
    for name in names {
        let (was, is) = (old.groups.seats_of([name]), new.groups.seats_of([name]));
        let words = |seats: &BTreeSet<SeatName>| {
            seats.iter().map(|seat| seat.as_str()).collect::<Vec<_>>().join(", ")
        };
        note(found, &format!("group {name}"), &words(&was), &words(&is), !is.is_subset(&was));
    }
}

/// Files of which no words are said above.
fn files(old: &Folder, new: &Folder, found: &mut Vec<Difference>) {
    let paths: BTreeSet<&String> = old.files.keys().chain(new.files.keys()).collect();
    let short = |digest: Option<&String>| {
        digest.map_or_else(String::new, |it| it.chars().take(12).collect())
    };
    for path in paths {
        let said = path.ends_with(".cedar")
            || path.as_str() == "tiers.toml"
            || path.as_str() == "sla.toml"
            || path.as_str() == "groups.toml";
        if !said {
            let (was, is) = (short(old.files.get(path)), short(new.files.get(path)));
            note(found, path, &was, &is, false);
        }
    }
}
