//! How each control plane is doing, by figures that what we keep can give truly; where it cannot, that
//! is said. Nothing is estimated.

use countersign_access::fact::SourceId;
use countersign_access::node::NodeKind;
use countersign_governance::accountability::Plane;
use countersign_store::read::finding::{self, proven};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::accountable::Standing;
use crate::act::{Door, NotDone};

/// Over how many days the times of fixes are taken.
const DAYS: i64 = 90;

/// Most fixes whose times are looked at.
const FIXES_MAX: i64 = 200;

/// Within how many hours a system counts as read lately.
const READ_HOURS: i64 = 24;

/// What is missing of the time to revoke.
const NO_FIX: &str = "Nothing was fixed in that time, so there is no time to tell. The first order that is \
                      proven gives it.";

/// What is missing of decisions behind grants.
const GRANTS: &str = "Grants that are no finding are not counted: who asked for them is not kept here. \
                      Until then, look at the access of a system in the graph.";

/// What is missing of owners who attested.
const OWNERS: &str = "Whether each owner said so themselves is not kept. Until then, whoever answers for \
                      this control plane attests the inventory as a whole.";

/// What is missing of reviewed suppliers.
const REVIEWS: &str = "Not measured: when a supplier was reviewed last is not kept here. Until it is, look at \
                       each in the graph and attest this control plane when all were seen.";

/// What is missing of drills.
pub(crate) const DRILLS: &str = "Days since the last drill are not measured: no drill is recorded here. Until \
                                 one is, hold it outside and attest this control plane with its date.";

/// A control plane with its measured control point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Measured {
    pub(crate) plane: Plane,
    /// What the policy says is measured.
    pub(crate) measure: String,
    /// What was measured, in words; nothing where nothing can be.
    pub(crate) figure: Option<Figure>,
    /// What of the measure cannot be told from what is kept, and what next, in words.
    pub(crate) missing: Option<&'static str>,
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
        let (figure, missing) = match plane {
            Plane::Credentials => {
                let figure = revocation(door).await?;
                let missing = figure.is_none().then_some(NO_FIX);
                (figure, missing)
            }
            Plane::Approval => (decided(door).await?, Some(GRANTS)),
            Plane::ServiceAccounts => (owned(door, standing), Some(OWNERS)),
            Plane::Suppliers => (suppliers(door, standing), Some(REVIEWS)),
            Plane::Detection => (seen(door, standing), Some(DRILLS)),
        };
        let measure = standing.raci.measures.get(&plane).cloned().unwrap_or_default();
        let attested_days = oldest(standing, plane);
        measured.push(Measured { plane, measure, figure, missing, attested_days });
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
    let attested = attested(standing, Plane::ServiceAccounts);
    (all > 0).then(|| Figure {
        words: format!("{} %", owned.saturating_mul(100) / all),
        rests_on: format!(
            "{owned} of {all} service accounts have an owner in their system; {attested}"
        ),
    })
}

/// For how many systems a control plane was attested within the time that the policy gives.
fn attested(standing: &Standing, plane: Plane) -> String {
    let most = standing.raci.attest_days_max;
    let names = standing.names();
    let lately = |name: &&String| match standing.raci.rows(plane, name).as_slice() {
        [row] => {
            let age = row.attested.until(standing.on);
            age.is_ok_and(|age| i64::from(age.get_days()) <= most)
        }
        _ => false,
    };
    let count = names.iter().filter(lately).count();
    format!("{count} of {} systems attested within {most} days", names.len())
}

/// The share of open findings that somebody has decided on.
async fn decided(door: &Door) -> Result<Option<Figure>, NotDone> {
    let (open, decided) = finding::decided(&door.store, door.clock.now()).await?;
    Ok((open > 0).then(|| Figure {
        words: format!("{} %", decided.saturating_mul(100) / open),
        rests_on: format!(
            "{decided} of {open} open findings have a decision behind them: a fix that was chosen, or an \
             exception in force"
        ),
    }))
}

/// How many suppliers' identities there are, and how many nobody owns.
fn suppliers(door: &Door, standing: &Standing) -> Option<Figure> {
    let shown = door.graph.read();
    let runs =
        standing.systems.keys().filter_map(|name| shown.engine.said_by(&SourceId::new(name)));
    let nodes = runs.flat_map(|run| &run.facts.nodes).filter(|node| node.kind == NodeKind::Vendor);
    let (all, owned) = nodes.fold((0_u64, 0_u64), |(all, owned), node| {
        let has = node.owner.as_deref().is_some_and(|owner| !owner.trim().is_empty());
        (all.saturating_add(1), owned.saturating_add(u64::from(has)))
    });
    (all > 0).then(|| Figure {
        words: format!("{all} known"),
        rests_on: format!(
            "identities of suppliers, {owned} with an owner in their system; {}",
            attested(standing, Plane::Suppliers)
        ),
    })
}

/// How many systems were read lately: what is not read is not detected.
fn seen(door: &Door, standing: &Standing) -> Option<Figure> {
    let since = door.clock.now().checked_sub(SignedDuration::from_hours(READ_HOURS));
    let since = since.unwrap_or(Timestamp::MIN);
    let lately = |system: &&countersign_governance::system::System| {
        system.last.as_ref().is_some_and(|last| last.run.complete && last.run.read_at >= since)
    };
    let all = standing.systems.len();
    let count = standing.systems.values().filter(lately).count();
    (all > 0).then(|| Figure {
        words: format!("{count} of {all} systems"),
        rests_on: format!("read whole within {READ_HOURS} hours: what is not read is not detected"),
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
