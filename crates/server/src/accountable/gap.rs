//! Gaps as they are kept and as they are now: what the check compares, and what pages show. Opens and ends
//! nothing.

use std::collections::BTreeMap;

use countersign_governance::State;
use countersign_governance::gap::{Gap, Kind, Known};
use countersign_governance::id::{GapId, PersonId};
use countersign_policy::raci::{self, GapKind};
use countersign_store::state;
use sha2::{Digest, Sha256};

use super::Standing;
use crate::door::{Door, NotDone};
use crate::kept;

/// The gaps that the check has seen and not seen ended.
pub(crate) async fn open(door: &Door) -> Result<BTreeMap<GapId, Gap>, NotDone> {
    let (mut open, mut after) = (BTreeMap::new(), String::new());
    loop {
        let rows = state::all(&door.store, "gap", &after).await?;
        let Some(last) = rows.last() else { return Ok(open) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Gap(Some(gap)) = kept::parse(&row.state)? else { continue };
            if gap.ended_at.is_none() {
                open.insert(gap.id, gap);
            }
        }
    }
}

/// Every gap there is now.
pub(crate) fn found(standing: &Standing) -> BTreeMap<GapId, Known> {
    let (names, people) = (standing.names(), standing.presences());
    let gaps = raci::gaps(&standing.raci, &names, &people, standing.on);
    gaps.iter()
        .map(|gap| {
            let known = known(standing, gap);
            (id(&known), known)
        })
        .collect()
}

/// A gap as events keep it. Whom a file calls by a name that nobody has is in no event: a name could be
/// told from what is made of it.
pub(crate) fn known(standing: &Standing, gap: &raci::Gap) -> Known {
    let (kind, people, seats) = match &gap.kind {
        GapKind::Nobody => (Kind::Nobody, Vec::new(), Vec::new()),
        GapKind::Several(people) => (Kind::Several, people.clone(), Vec::new()),
        GapKind::Gone(person) => (Kind::Gone, vec![*person], Vec::new()),
        GapKind::AwayWithoutDeputy(person) => (Kind::Away, vec![*person], Vec::new()),
        GapKind::ConflictingSeats(person, one, other) => {
            (Kind::Conflict, vec![*person], vec![*one, *other])
        }
        GapKind::Overload(person, _) => (Kind::Overload, vec![*person], Vec::new()),
        GapKind::Stale(person, _) => (Kind::Stale, vec![*person], Vec::new()),
    };
    let is_known = |id: &PersonId| standing.people.contains_key(id);
    let system = gap.system.as_ref().and_then(|name| standing.systems.get(name));
    Known {
        kind,
        plane: gap.plane,
        system: system.map(|system| system.id),
        people: people.into_iter().filter(is_known).collect(),
        seats: seats.into_iter().collect(),
    }
}

/// The same gap has the same id on every node: half of the SHA-256 of what it is and where.
pub(crate) fn id(known: &Known) -> GapId {
    let Known { kind, plane, system, people, seats } = known;
    let mut digest = Sha256::new();
    digest.update(kind.as_str());
    digest.update(format!("|{}|", plane.map_or("", |plane| plane.as_str())));
    digest.update(system.map(|system| system.to_string()).unwrap_or_default());
    for person in people {
        digest.update(format!("|{person}"));
    }
    for seat in seats {
        digest.update(format!("|{seat}"));
    }
    let digest: [u8; 32] = digest.finalize().into();
    let (half, _) = digest.split_at(16);
    GapId(uuid::Builder::from_custom_bytes(half.try_into().unwrap_or_default()).into_uuid())
}
