//! The signature lines: one for each seat that signs, and behind a rule the seat that may only say no.

use countersign_governance::seat::SeatName;

use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::state::Chip;
use super::deed::Deed;
use super::matter::kept;
use super::told::event;
use crate::ask::exception::Whole;
use crate::ask::finding::Entry;

/// A signature line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: &'static str,
    /// What the seat may do.
    pub(super) may: &'static str,
    /// `open`, `you`, `veto`, or nothing where it is signed.
    pub(super) tone: String,
    /// Who signed, or for whom it waits.
    pub(super) on_it: String,
    pub(super) is_signed: bool,
    pub(super) chip: Chip,
    pub(super) at: Option<At>,
    pub(super) position: Option<i64>,
    pub(super) says: String,
    /// What leads to the own answer: only under the own seat.
    pub(super) answer: Option<(&'static str, String)>,
}

/// What the lines are drawn from.
pub(super) struct Around<'a> {
    pub(super) whole: &'a Whole,
    pub(super) entries: &'a [Entry],
    pub(super) people: &'a People,
    pub(super) moments: &'a Moments,
    pub(super) seats: &'a [SeatName],
    pub(super) deeds: &'a [Deed],
}

/// The lines.
pub(super) fn lines(around: &Around<'_>) -> Vec<Line> {
    let regulated = around.whole.legal_needed == Some(true);
    let owner = around.people.name(&around.whole.row.owner);
    let mut lines = vec![
        signs(around, SeatName::Business, ("accepted", "accepts the risk"), &owner),
        signs(
            around,
            SeatName::Control,
            ("confirmed", "confirms that it is enforced"),
            "the control seat",
        ),
    ];
    if regulated {
        let may = ("signed", "signs, as its process or its tier asks for it");
        lines.push(signs(around, SeatName::Legal, may, "the legal seat"));
    }
    lines.push(security(around));
    lines
}

fn signs(
    around: &Around<'_>,
    seat: SeatName,
    (done, may): (&str, &'static str),
    whom: &str,
) -> Line {
    let signed = around.whole.signatures.iter().find(|it| it.seat == seat.as_str());
    let is_open = signed.is_none();
    let in_review = around.whole.row.status == "in_review";
    let answer = answer(around, seat);
    let (chip, on_it) = match signed {
        Some(it) => (
            Chip::new("ok", "ok", "Signed"),
            super::super::refusal::sentence(&around.people.signer(it)),
        ),
        None if in_review => {
            (Chip::new("wait", "wait", "Not signed yet"), format!("Waits for {whom}"))
        }
        None => (Chip::new("", "end", "Never signed"), "Not signed".to_owned()),
    };
    Line {
        name: name(seat),
        may,
        tone: tone(is_open, answer.is_some()),
        on_it,
        is_signed: !is_open,
        chip,
        at: signed.map(|it| around.moments.at(it.at)),
        position: signed.and_then(|_| position(around, done)),
        says: String::new(),
        answer,
    }
}

fn security(around: &Around<'_>) -> Line {
    let status = around.whole.row.status.as_str();
    let is_over = !matches!(status, "in_review" | "active" | "suspended");
    let (on_it, chip, says) = match &around.whole.veto {
        None if is_over => {
            ("No veto".to_owned(), Chip::new("", "end", "Did not object"), String::new())
        }
        None => (
            "No veto so far".to_owned(),
            Chip::new("", "open", "May object until it ends"),
            "A veto binds until the owner has answered it. This seat accepts nothing.".to_owned(),
        ),
        Some(veto) => {
            let by = super::super::refusal::sentence(&around.people.name(&veto.by));
            let reason = kept(veto.reason.as_ref());
            if veto.binds {
                let says =
                    format!("\u{201c}{reason}\u{201d} It binds until the owner has answered.");
                (by, Chip::new("bad", "stop", "Vetoed"), says)
            } else {
                let answer = kept(veto.answer.as_ref());
                let says = format!("\u{201c}{reason}\u{201d} Answered: \u{201c}{answer}\u{201d}");
                let chip = if status == "vetoed" {
                    Chip::new("bad", "stop", "Vetoed again, which ended it")
                } else {
                    Chip::new("", "end", "Vetoed, and answered")
                };
                (by, chip, says)
            }
        }
    };
    Line {
        name: name(SeatName::Security),
        may: "may only say no",
        tone: "open veto".to_owned(),
        on_it,
        is_signed: false,
        chip,
        at: around.whole.veto.as_ref().map(|veto| around.moments.at(veto.at)),
        position: around.whole.veto.as_ref().and_then(|_| position(around, "vetoed")),
        says,
        answer: answer(around, SeatName::Security),
    }
}

fn tone(is_open: bool, is_yours: bool) -> String {
    let open = if is_open { "open" } else { "" };
    let you = if is_open && is_yours { " you" } else { "" };
    format!("{open}{you}")
}

/// The first thing that this person can do from this seat.
fn answer(around: &Around<'_>, seat: SeatName) -> Option<(&'static str, String)> {
    if !around.seats.contains(&seat) {
        return None;
    }
    let mut can = around.deeds.iter().filter(|deed| deed.no.is_none());
    let deed = can.find(|deed| deed.verb.seat() == Some(seat))?;
    Some((deed.words().title, format!("#do-{}", deed.verb.name())))
}

fn position(around: &Around<'_>, done: &str) -> Option<i64> {
    around.entries.iter().rev().find(|entry| event(entry) == done)?.position
}

fn name(seat: SeatName) -> &'static str {
    match seat {
        SeatName::Business => "Business",
        SeatName::Control => "Control",
        SeatName::Security => "Security",
        SeatName::Legal => "Legal",
        SeatName::Operations => "Operations",
        SeatName::Auditor => "Auditor",
    }
}
