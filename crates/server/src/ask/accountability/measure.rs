//! How each control plane is doing, by figures that what we keep can give truly; where it cannot, that
//! is said. Nothing is estimated.

use countersign_access::fact::SourceId;
use countersign_access::node::NodeKind;
use countersign_governance::accountability::Plane;
use countersign_store::read::finding::proven;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::accountable::Standing;
use crate::act::{Door, NotDone};

/// Over how many days the times of fixes are taken.
const DAYS: i64 = 90;

/// Most fixes whose times are looked at.
const FIXES_MAX: i64 = 200;

/// A control plane with its measured control point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Measured {
    pub(crate) plane: Plane,
    /// What the policy says is measured.
    pub(crate) measure: String,
    /// What was measured, in words; nothing where nothing can be.
    pub(crate) figure: Option<Figure>,
    /// Days since the row that waits longest was attested; nothing without a row.
    pub(crate) attested_days: Option<i64>,
}

/// A figure and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Figure {
    pub(crate) words: String,
    pub(crate) rests_on: String,
}

/// All five.
pub(crate) async fn all(door: &Door, standing: &Standing) -> Result<Vec<Measured>, NotDone> {
    let mut measured = Vec::new();
    for plane in Plane::ALL {
        let figure = match plane {
            Plane::Credentials => revocation(door).await?,
            Plane::ServiceAccounts => owned(door, standing),
            Plane::Approval | Plane::Suppliers | Plane::Detection => None,
        };
        let measure = standing.raci.measures.get(&plane).cloned().unwrap_or_default();
        measured.push(Measured { plane, measure, figure, attested_days: oldest(standing, plane) });
    }
    Ok(measured)
}

fn oldest(standing: &Standing, plane: Plane) -> Option<i64> {
    let names = standing.names();
    let rows = names.iter().flat_map(|name| standing.raci.rows(plane, name));
    let attested = rows.map(|row| row.attested).min()?;
    let days = attested.until(standing.on).ok()?.get_days();
    Some(i64::from(days).max(0))
}

/// The median time from an order to the proof that the access is gone.
async fn revocation(door: &Door) -> Result<Option<Figure>, NotDone> {
    let days = SignedDuration::from_hours(24 * DAYS);
    let since = door.clock.now().checked_sub(days).unwrap_or(Timestamp::MIN);
    let fixes = proven(&door.store, since, FIXES_MAX).await?;
    let times: Vec<SignedDuration> =
        fixes.iter().map(|it| it.ended_at.duration_since(it.ordered_at)).collect();
    let count = times.len();
    Ok(median(times).map(|median| Figure {
        words: span(median),
        rests_on: match count {
            1 => format!("from the order to the proof, 1 fix of the last {DAYS} days"),
            count => format!("from the order to the proof, {count} fixes of the last {DAYS} days"),
        },
    }))
}

/// The middle one; of two in the middle the longer.
fn median(mut times: Vec<SignedDuration>) -> Option<SignedDuration> {
    times.sort_unstable();
    let middle = times.len() / 2;
    times.get(middle).copied()
}

fn span(length: SignedDuration) -> String {
    let (count, unit) = match length.as_secs() {
        secs if secs < 60 => return "less than a minute".to_owned(),
        secs if secs < 120 => (secs, "second"),
        secs if secs < 7_200 => (secs / 60, "minute"),
        secs if secs < 172_800 => (secs / 3_600, "hour"),
        secs => (secs / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// The share of service accounts whose system names an owner.
fn owned(door: &Door, standing: &Standing) -> Option<Figure> {
    let shown = door.graph.read();
    let runs =
        standing.systems.keys().filter_map(|name| shown.engine.said_by(&SourceId::new(name)));
    let accounts = runs.flat_map(|run| &run.facts.nodes);
    let accounts = accounts.filter(|node| node.kind == NodeKind::ServiceAccount);
    let (all, owned) = accounts.fold((0_u64, 0_u64), |(all, owned), node| {
        let has = node.owner.as_deref().is_some_and(|owner| !owner.trim().is_empty());
        (all.saturating_add(1), owned.saturating_add(u64::from(has)))
    });
    (all > 0).then(|| Figure {
        words: format!("{} %", owned.saturating_mul(100) / all),
        rests_on: format!("{owned} of {all} service accounts have an owner in their system"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_times_is_one_of_them_and_of_none_there_is_none() {
        let hours = |all: &[i64]| all.iter().map(|it| SignedDuration::from_hours(*it)).collect();
        assert_eq!(median(hours(&[])), None);
        assert_eq!(median(hours(&[9, 1, 5])), Some(SignedDuration::from_hours(5)));
        assert_eq!(median(hours(&[1, 9])), Some(SignedDuration::from_hours(9)));
        assert_eq!(span(SignedDuration::from_secs(0)), "less than a minute");
        assert_eq!(span(SignedDuration::from_secs(61)), "61 seconds");
        assert_eq!(span(SignedDuration::from_hours(1)), "60 minutes");
        assert_eq!(span(SignedDuration::from_hours(47)), "47 hours");
        assert_eq!(span(SignedDuration::from_hours(50)), "2 days");
    }
}
