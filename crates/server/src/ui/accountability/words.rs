//! Control planes and gaps in words, and what of them waits for somebody.

use countersign_governance::accountability::{Plane, TAKE_WITHIN_DAYS};
use countersign_governance::seat::SeatName;

use super::super::Ui;
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::work::Waiting;
use crate::accountable::Standing;
use crate::ask::accountability::{GapRow, Row, open_gaps, rows};
use crate::door::NotDone;

/// A control plane as people call it.
pub(super) fn plane(plane: Plane) -> &'static str {
    match plane {
        Plane::Credentials => "Credentials: issue and revoke",
        Plane::Approval => "Privileged approval, emergency access",
        Plane::ServiceAccounts => "Service accounts: inventory, owner",
        Plane::Suppliers => "Supplier review and offboarding",
        Plane::Detection => "Detect, escalate, roll back",
    }
}

/// The same by its word; the word itself where no plane has it.
pub(super) fn plane_of(word: &str) -> &str {
    Plane::ALL.into_iter().find(|it| it.as_str() == word).map_or(word, |it| plane(it))
}

/// A gap in a word or two: a hole, or something that is weak.
pub(super) fn chip(kind: &str) -> Chip {
    match kind {
        "nobody" => Chip::new("bad", "stop", "Nobody"),
        "several" => Chip::new("bad", "late", "Several people"),
        "gone" => Chip::new("bad", "x", "Gone"),
        "conflict" => Chip::new("bad", "late", "Seats that check each other"),
        "away" => Chip::new("wait", "open", "Away, no deputy"),
        "overload" => Chip::new("wait", "part", "Too many rows"),
        "stale" => Chip::new("wait", "wait", "Not attested for long"),
        _ => Chip::new("unk", "unk", "Something else"),
    }
}

/// What waits for somebody: gaps for whom they are about and for security, and what was handed to them.
pub(in crate::ui) async fn waiting(ui: &Ui, visitor: &Visitor) -> Result<Vec<Waiting>, NotDone> {
    let door = &ui.api.workers.door;
    let standing = Standing::read(door).await?;
    let you = visitor.person.to_string();
    let security = visitor.sits_in(SeatName::Security);
    let gaps = open_gaps(door, &standing).await?;
    let all = gaps.len();
    let since = gaps.iter().map(|gap| gap.opened_at).min();
    let due = gaps.iter().filter_map(|gap| gap.due_at).min();
    let late = gaps.iter().filter(|gap| gap.overdue).count();
    let yours = gaps.into_iter().filter(|gap| gap.people.contains(&you));
    let now = door.clock.now();
    let offered = rows(&standing, now).into_iter();
    let offered = offered.filter(|row| row.offered_to.as_deref() == Some(you.as_str()));
    let mut waiting: Vec<Waiting> = offered.map(|row| taken(&row, now)).collect();
    waiting.extend(yours.map(gap_waits));
    waiting.extend(since.filter(|_| security).map(|since| all_gaps((all, late), since, due)));
    Ok(waiting)
}

/// For security the gaps are one thing: each has its line on the page of accountability.
fn all_gaps(
    (count, late): (usize, usize),
    since: jiff::Timestamp,
    due: Option<jiff::Timestamp>,
) -> Waiting {
    let title = match count {
        1 => "1 gap in who answers for what".to_owned(),
        count => format!("{count} gaps in who answers for what"),
    };
    Waiting {
        title,
        reference: "accountability".to_owned(),
        address: "/accountability#gaps".to_owned(),
        about: match late {
            0 => "found before anybody needs the person".to_owned(),
            late => format!("found before anybody needs the person; {late} overdue"),
        },
        deed: "Name people",
        level: None,
        began: since,
        due,
        is_late: late > 0,
    }
}

fn taken(row: &Row, now: jiff::Timestamp) -> Waiting {
    let within = jiff::SignedDuration::from_hours(24 * TAKE_WITHIN_DAYS);
    let began = row.offered_until.and_then(|until| until.checked_sub(within).ok());
    Waiting {
        title: format!("Take over: {} of {}", plane_of(&row.plane), row.system),
        reference: row.system.clone(),
        address: format!(
            "/accountability/{}/{}",
            row.plane,
            super::super::halt::encoded(&row.system)
        ),
        about: "it was handed to you, and is not yours before you take it".to_owned(),
        deed: "Take over",
        level: None,
        began: began.unwrap_or(now),
        due: row.offered_until,
        is_late: false,
    }
}

fn gap_waits(gap: GapRow) -> Waiting {
    let deed = match gap.kind.as_str() {
        "stale" => "Attest",
        "several" => "Leave one person",
        "conflict" | "overload" => "Hand over",
        _ => "See to it",
    };
    let place = match (&gap.plane, &gap.system) {
        (Some(plane), Some(system)) => Some((plane.clone(), system.clone())),
        _ => None,
    };
    Waiting {
        title: super::super::refusal::sentence(&gap.words),
        reference: place.as_ref().map_or_else(String::new, |(_, system)| system.clone()),
        address: place.as_ref().map_or_else(
            || "/accountability#gaps".to_owned(),
            |(plane, system)| {
                format!("/accountability/{plane}/{}", super::super::halt::encoded(system))
            },
        ),
        about: place.map_or_else(
            || "who answers for what".to_owned(),
            |(plane, _)| plane_of(&plane).to_owned(),
        ),
        deed,
        level: None,
        began: gap.opened_at,
        due: gap.due_at,
        is_late: gap.overdue,
    }
}
