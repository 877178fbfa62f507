//! The exceptions that wait for the one who looks, from each of their seats. Whether a deed is really
//! theirs the door decides when they come to it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use countersign_governance::exception::{Around, Exception as Case, Stage, Verdict};
use countersign_governance::facts::Regulated;
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::seat::SeatName;
use countersign_store::read::exception::{Filter, Item, list};
use jiff::{SignedDuration, Timestamp};

use super::super::Ui;
use super::super::finding::titles;
use super::super::state::Level;
use super::super::visitor::Visitor;
use super::super::work::Waiting;
use crate::around::{self, person};
use crate::ask::exception::PREFIX;
use crate::ask::exception::whole::case;
use crate::ask::finding::PREFIX as FINDING;
use crate::door::NotDone;
use crate::oversight::{Oversight, Reading};

/// Most exceptions of one state that are looked through.
const LOOKED_MAX: usize = 1_000;

/// How many are read at once.
const BATCH: i64 = 200;

/// An end is told to the owner this long before.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What somebody is asked to do, why, and by when.
type Deed = (&'static str, &'static str, Timestamp);

/// The exceptions that wait for this person, and whether some were not looked at.
pub(in crate::ui) async fn waiting(
    ui: &Ui,
    visitor: &Visitor,
) -> Result<(Vec<Waiting>, bool), NotDone> {
    let door = &ui.api.workers.door;
    let now = door.clock.now();
    let title = titles(door);
    let (mut all, mut is_cut) = (Vec::new(), false);
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    let mut owners: BTreeMap<PersonId, Option<Person>> = BTreeMap::new();
    for status in ["in_review", "active", "suspended"] {
        let filter = Filter { status: Some(status), ..Filter::default() };
        let (mut cursor, mut looked) = (None::<String>, 0_usize);
        loop {
            let page = list(&door.store, &filter, now, (cursor.as_deref(), BATCH)).await?;
            looked = looked.saturating_add(page.items.len());
            for item in &page.items {
                let Some(case) = case(item)? else { continue };
                if let Entry::Vacant(owner) = owners.entry(case.owner()) {
                    owner.insert(person(&door.store, &case).await?);
                }
                let owner = owners.get(&case.owner()).and_then(Option::as_ref);
                let around = around::with(door, &oversight, &case, owner).await?;
                let deeds = deeds(visitor, (&case, around), item, now);
                all.extend(deeds.into_iter().map(|it| found(item, title(&item.row.rule), it, now)));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            if looked >= LOOKED_MAX {
                is_cut = true;
                break;
            }
        }
    }
    Ok((all, is_cut))
}

fn found(item: &Item, title: String, (deed, about, due): Deed, now: Timestamp) -> Waiting {
    let reference = format!("{PREFIX}{}", item.row.number);
    // An owner comes here twice a month: one page in plain words.
    let page = if matches!(deed, "Decide" | "Answer the veto") { "/decide" } else { "" };
    Waiting {
        title,
        address: format!("/exceptions/{reference}{page}"),
        about: format!("exception for {FINDING}{}, {about}", item.finding_number),
        reference,
        deed,
        level: Some(Level::of(&item.severity)),
        began: item.row.proposed_at,
        due: Some(due),
        is_late: due <= now,
    }
}

fn deeds(
    visitor: &Visitor,
    (case, around): (&Case, Around),
    item: &Item,
    now: Timestamp,
) -> Vec<Deed> {
    let end = case.terms.until;
    // Until it is signed, the finding's own clock decides.
    let due = item.finding_due.map_or(end, |due| due.min(end));
    let mut deeds = Vec::new();
    if case.owner() == visitor.person {
        deeds.extend(owner(case, item, (due, now)));
    }
    if case.is_offered_to(visitor.person) {
        let about = if case.left.is_some() { "its owner has left" } else { "it is handed to you" };
        deeds.push(("Take over", about, case.taken_until().unwrap_or(due)));
    }
    deeds.extend(seats(visitor, (case, around), due));
    for (control, pulse) in case.terms.controls.as_slice().iter().zip(&case.pulses) {
        if control.owner != visitor.person {
            continue;
        }
        let due = pulse.holds_until(control).unwrap_or(due);
        match pulse.last {
            Some((_, Verdict::Failed)) => {
                deeds.push(("Repair the control", "its test failed", due));
            }
            Some((_, Verdict::Unknown)) => {
                deeds.push(("See to the control", "it could not be tested", due));
            }
            Some((_, Verdict::Passed)) | None => {}
        }
    }
    deeds
}

fn owner(case: &Case, item: &Item, (due, now): (Timestamp, Timestamp)) -> Option<Deed> {
    if case.is_vetoed() {
        return Some(("Answer the veto", "security objects", due));
    }
    match &case.stage {
        Stage::InReview { given } if given.accepted.is_none() => {
            Some(("Decide", "you would carry the risk", due))
        }
        Stage::Active { .. } if item.status == "active" => {
            let end = case.terms.until;
            let is_soon = end.duration_since(now) <= SOON;
            is_soon.then_some((
                "Prepare its end",
                "it ends soon, and the finding stands again",
                end,
            ))
        }
        Stage::InReview { .. }
        | Stage::Active { .. }
        | Stage::Suspended { .. }
        | Stage::Ended { .. } => None,
    }
}

fn seats(visitor: &Visitor, (case, around): (&Case, Around), due: Timestamp) -> Option<Deed> {
    // One person signs a case from one seat.
    let may = |seat: SeatName| {
        let elsewhere =
            case.signed.iter().any(|(who, from)| *who == visitor.person && *from != seat);
        visitor.sits_in(seat) && !elsewhere
    };
    if !around.is_owned && may(SeatName::Security) {
        return Some(("End", "its owner is not there any more", due));
    }
    let needs_legal = around.legal(case) == Regulated::Yes;
    match &case.stage {
        Stage::InReview { given } if given.confirmed.is_none() && may(SeatName::Control) => {
            Some(("Confirm", "are its controls in place?", due))
        }
        Stage::InReview { given }
            if needs_legal && given.legal.is_none() && may(SeatName::Legal) =>
        {
            Some(("Sign for legal", "its process or its tier asks for it", due))
        }
        Stage::Suspended { .. } if !case.is_vetoed() && may(SeatName::Control) => {
            Some(("Resume", "it is out of force", due))
        }
        Stage::InReview { .. }
        | Stage::Active { .. }
        | Stage::Suspended { .. }
        | Stage::Ended { .. } => None,
    }
}
