//! Who answers for what: each control plane of each connected system with its one person and what is the
//! matter with it, and the gaps that the check has found. Decides nothing.

pub(crate) mod measure;

use std::collections::BTreeMap;

use countersign_governance::accountability::Plane;
use countersign_governance::gap::Gap;
use countersign_governance::id::{GapId, PersonId};
use countersign_policy::raci::{self, GapKind};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use crate::accountable::Standing;
use crate::accountable::gap::{id, known, open};
use crate::accountable::weight::{Weight, Weights};
use crate::act::{Door, NotDone};

/// A control plane of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Accountability)]
pub struct Row {
    /// The control plane: `credentials`, `approval`, `service_accounts`, `suppliers` or `detection`.
    pub plane: String,
    /// The system.
    pub system: String,
    /// The id of the one person who answers for it; null where there is none, or several.
    pub accountable: Option<String>,
    /// What whoever answers for it is called; several names where several do.
    pub named: Vec<String>,
    /// Ids of those who stand in now.
    pub deputies: Vec<String>,
    /// The day on which somebody said last that it is so.
    #[schema(value_type = Option<String>, format = Date)]
    pub attested: Option<jiff::civil::Date>,
    /// What is the matter: `nobody`, `several`, `gone`, `away`, `stale`; empty where all is well.
    pub gaps: Vec<String>,
    /// The id of the person to whom it was handed, who has not taken it over yet.
    pub offered_to: Option<String>,
    /// Until when they can.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub offered_until: Option<Timestamp>,
    /// How the control plane is measured.
    pub measure: String,
    /// Its sequence: the ETag; 0 before anybody said something.
    pub sequence: i64,
}

/// A gap that the check sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Gap)]
pub struct GapRow {
    /// Its id.
    pub id: String,
    /// What it is: `nobody`, `several`, `gone`, `away`, `conflict`, `overload` or `stale`.
    pub kind: String,
    /// In a sentence.
    pub words: String,
    /// The control plane, for gaps of one.
    pub plane: Option<String>,
    /// The system, for gaps of one.
    pub system: Option<String>,
    /// Ids of the people whom it is about.
    pub people: Vec<String>,
    /// When the check saw it first.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// The tier of what its system serves, or of our own administration for a gap of a person; null where
    /// the policy has none.
    pub tier: Option<String>,
    /// By when it is to be gone, as that tier says.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Whether that time is over.
    pub overdue: bool,
}

/// A page of control planes of systems; the cursor is how many came before.
///
/// # Errors
/// When the store cannot answer.
pub async fn page(door: &Door, from: usize, limit: usize) -> Result<List<Row>, NotDone> {
    Ok(part(rows(&Standing::read(door).await?, door.clock.now()), from, limit))
}

/// A page of the gaps that are open, worst first.
///
/// # Errors
/// When the store cannot answer.
pub async fn gaps(door: &Door, from: usize, limit: usize) -> Result<List<GapRow>, NotDone> {
    let standing = Standing::read(door).await?;
    Ok(part(open_gaps(door, &standing).await?, from, limit))
}

fn part<T>(all: Vec<T>, from: usize, limit: usize) -> List<T> {
    let end = from.saturating_add(limit);
    let next = (all.len() > end).then(|| end.to_string());
    List::new(all.into_iter().skip(from).take(limit).collect(), next)
}

/// Every control plane of every connected system, in the order of the map.
pub(crate) fn rows(standing: &Standing, now: Timestamp) -> Vec<Row> {
    let (names, people) = (standing.names(), standing.presences());
    let gaps = raci::gaps(&standing.raci, &names, &people, standing.on);
    let of = |plane: Plane, system: &str| {
        let here =
            |gap: &&raci::Gap| gap.plane == Some(plane) && gap.system.as_deref() == Some(system);
        gaps.iter().filter(here).map(|gap| known(standing, gap).kind.as_str().to_owned()).collect()
    };
    let cells = Plane::ALL.into_iter().flat_map(|plane| names.iter().map(move |it| (plane, it)));
    cells.map(|(plane, system)| row(standing, (plane, system), of(plane, system), now)).collect()
}

fn row(
    standing: &Standing,
    (plane, system): (Plane, &str),
    gaps: Vec<String>,
    now: Timestamp,
) -> Row {
    let rows = standing.raci.rows(plane, system);
    let one = match rows.as_slice() {
        [row] => Some(*row),
        _ => None,
    };
    let person = one.map(|row| row.accountable).filter(|id| standing.people.contains_key(id));
    let stands_in = standing.raci.deputies.iter().filter(|it| {
        one.is_some_and(|row| it.person == row.accountable) && it.covers(plane, system, standing.on)
    });
    let said = standing.cell(plane, system).and_then(|cell| standing.said.get(&cell));
    let offer = said.and_then(|(it, _)| it.offer.as_ref());
    let offer = offer.filter(|offer| now < offer.until && offer.from == person);
    let mut deputies: Vec<String> = stands_in.map(|it| it.by.to_string()).collect();
    deputies.sort_unstable();
    deputies.dedup();
    Row {
        plane: plane.as_str().to_owned(),
        system: system.to_owned(),
        accountable: person.map(|id| id.to_string()),
        named: rows.iter().map(|row| standing.name(row.accountable)).collect(),
        deputies,
        attested: one.map(|row| row.attested),
        gaps,
        offered_to: offer.map(|offer| offer.to.to_string()),
        offered_until: offer.map(|offer| offer.until),
        measure: standing.raci.measures.get(&plane).cloned().unwrap_or_default(),
        sequence: said.map_or(0, |(_, sequence)| *sequence),
    }
}

/// The gaps that the check keeps open, worst first, in today's words.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn open_gaps(door: &Door, standing: &Standing) -> Result<Vec<GapRow>, NotDone> {
    let open = open(door).await?;
    let weights = Weights::read(door, standing).await?;
    let (names, people) = (standing.names(), standing.presences());
    let now = raci::gaps(&standing.raci, &names, &people, standing.on);
    let words: BTreeMap<GapId, String> =
        now.iter().map(|gap| (id(&known(standing, gap)), said(standing, &gap.kind))).collect();
    let mut open: Vec<Gap> = open.into_values().collect();
    let order = |gap: &Gap| {
        countersign_governance::gap::Kind::ALL.iter().position(|it| *it == gap.known.kind)
    };
    open.sort_by_key(|gap| (order(gap), gap.known.plane, gap.opened_at, gap.id));
    let weigh = |gap: &Gap| weights.of(door, gap);
    let now = door.clock.now();
    Ok(open.iter().map(|gap| gap_row(standing, gap, &words, (weigh(gap), now))).collect())
}

fn gap_row(
    standing: &Standing,
    gap: &Gap,
    words: &BTreeMap<GapId, String>,
    (weight, now): (Option<Weight>, Timestamp),
) -> GapRow {
    let system = standing.systems.iter().find(|(_, it)| Some(it.id) == gap.known.system);
    let over = || "it is gone, and the next check ends it".to_owned();
    GapRow {
        id: gap.id.to_string(),
        kind: gap.known.kind.as_str().to_owned(),
        words: words.get(&gap.id).cloned().unwrap_or_else(over),
        plane: gap.known.plane.map(|plane| plane.as_str().to_owned()),
        system: system.map(|(name, _)| name.clone()),
        people: gap.known.people.iter().map(ToString::to_string).collect(),
        opened_at: gap.opened_at,
        overdue: weight.as_ref().and_then(|it| it.due).is_some_and(|due| due <= now),
        due_at: weight.as_ref().and_then(|it| it.due),
        tier: weight.map(|it| it.tier),
    }
}

/// What is the matter, with the names of whom it is about.
pub(crate) fn said(standing: &Standing, kind: &GapKind) -> String {
    let name = |id: &PersonId| standing.name(*id);
    match kind {
        GapKind::Nobody => "nobody answers for it".to_owned(),
        GapKind::Several(people) => {
            let names: Vec<String> = people.iter().map(name).collect();
            format!("{} people answer for it: {}", names.len(), names.join(", "))
        }
        GapKind::Gone(person) if standing.people.contains_key(person) => {
            format!("{} answers for it and is not active any more", name(person))
        }
        GapKind::Gone(person) => {
            format!("the policy names {}, and nobody here is called so", name(person))
        }
        GapKind::AwayWithoutDeputy(person) => {
            format!("{} answers for it and is away, and nobody stands in", name(person))
        }
        GapKind::ConflictingSeats(person, one, other) => {
            format!("{} sits in the seats {one} and {other}, which check each other", name(person))
        }
        GapKind::Overload(person, rows) => {
            let most = standing.raci.rows_each_max;
            format!(
                "{} answers for {rows} control planes, and at most {most} are one person's",
                name(person)
            )
        }
        GapKind::Stale(person, days) => {
            format!("{} last said {days} days ago that they answer for it", name(person))
        }
    }
}
