//! What a renewal rests on: which exception about the same finding came before, how often it was renewed,
//! and what its last period showed. Counted from the ledger and the graph; nobody types it in. Decides
//! nothing.

use std::collections::BTreeMap;

use countersign_governance::exception::renew::{Renew, is_at_the_cap};
use countersign_governance::exception::{self, Exception, propose::Propose};
use countersign_governance::facts::{Before, LastPeriod};
use countersign_governance::id::ExceptionId;
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State, Subject};
use countersign_policy::folder::Folder;
use countersign_store::{Tx, event};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::about::Coverage;
use crate::beforehand::grave_of;
use crate::door::{Door, NotDone};
use crate::graph::Shown;
use crate::kept;
use crate::oversight::{Oversight, Reading};
use crate::stake::Stake;
use crate::text::Text;

/// Most exceptions about one finding that are looked through for the one before.
const LOOKED_MAX: i64 = 200;

/// Most events of an exception that are read to count its tests.
const EVENTS_MAX: usize = 20_000;

/// What the last period of an exception showed, up to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExceptionPeriod)]
pub struct Period {
    /// Since when it may have been in force; null where it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Up to when this was counted.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// What the tests of each control showed since then.
    pub controls: Vec<Tests>,
    /// Whether a limit cut the count short.
    pub partial: bool,
    /// How often it was put out of force.
    pub suspended: u64,
    /// When whom it covers, or a credential of theirs, was used last; null where no source says so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used: Option<Timestamp>,
    /// `fail` while the combination is there, `pass` once it is gone.
    pub would: String,
}

/// What the tests of one control showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExceptionPeriodTests)]
pub struct Tests {
    /// The control, counted from one.
    pub control: u64,
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many could not be made.
    pub unknown: u64,
}

/// What was counted already for one answer, by exception.
pub(crate) type Counted = BTreeMap<ExceptionId, Period>;

/// How many renewals led to the case of a command: those of its exception, or of the one to be.
pub(crate) async fn count(
    tx: &mut Tx,
    (state, command): (&State, &Command),
) -> Result<u32, NotDone> {
    match (state, command) {
        (State::Exception(Some(exception)), _) => Ok(exception.renewal()),
        (_, Command::Exception(_, exception::Command::Renew(renew))) => {
            let before = kept::load(tx, Subject::Exception(renew.of)).await?.state;
            let State::Exception(Some(before)) = before else { return Ok(0) };
            Ok(before.renewal().saturating_add(1))
        }
        _ => Ok(0),
    }
}

/// What a command that puts an exception forward is told of the one before, and the text to which that
/// refers.
pub(crate) async fn before(
    door: &Door,
    tx: &mut Tx,
    command: &exception::Command,
    (stake, shown, texts, now): (Option<Stake<'_>>, &Shown, &[Text], Timestamp),
    counted: &mut Counted,
) -> Result<Option<(Before, Option<Text>)>, NotDone> {
    let (finding, renew) = match command {
        exception::Command::Propose(propose) => (propose.finding, None),
        exception::Command::Renew(renew) => (renew.propose.finding, Some(renew)),
        _ => return Ok(None),
    };
    let Some(stake) = stake else { return Ok(None) };
    let finding = Subject::Finding(finding).to_string();
    let items = Reading::Tx(tx).exceptions(&finding, (now, LOOKED_MAX)).await?;
    let mut all = Vec::new();
    for item in &items {
        if let State::Exception(Some(exception)) = kept::parse(&item.state)? {
            all.push(exception);
        }
    }
    let Some(last) = last(&all) else { return Ok(None) };
    let (last_period, text) = match renew {
        Some(renew) => {
            let period = match counted.get(&last.id) {
                Some(period) => period.clone(),
                None => period(Reading::Tx(tx), last, (shown, now)).await?,
            };
            counted.insert(last.id, period.clone());
            let evidence = Text::json(&door.chance, &period)?;
            let last_period = LastPeriod {
                controls_passed: has_passed(last, &period),
                repeated: repeated(tx, (last, renew), texts).await?,
                evidence: evidence.digest().clone(),
            };
            (Some(last_period), Some(evidence))
        }
        None => (None, None),
    };
    let waits = all.iter().any(|it| waits_for(it, last.id, now));
    Ok(told(&door.policy, stake, last, waits).map(|it| (Before { last: last_period, ..it }, text)))
}

/// The one that was in force and ended, or ends, last.
fn last(all: &[Box<Exception>]) -> Option<&Exception> {
    let was = all.iter().filter(|it| it.was_in_force());
    was.max_by_key(|it| it.end()).map(AsRef::as_ref)
}

/// Whether this one is a renewal of that which waits for signatures.
fn waits_for(it: &Exception, of: ExceptionId, now: Timestamp) -> bool {
    it.renews.as_ref().is_some_and(|renews| renews.exception == of)
        && !it.is_ended()
        && !it.was_in_force()
        && now < it.terms.until
}

/// What the tier says of renewals: that of the case itself says how many, and how far each climbs.
fn told(folder: &Folder, stake: Stake<'_>, last: &Exception, waits: bool) -> Option<Before> {
    let tier = stake.first_tier(folder)?;
    let is = folder.tiers.renewed(tier, last.renewal());
    let next = folder.tiers.renewed(tier, last.renewal().saturating_add(1));
    Some(Before {
        exception: last.id,
        renewal: last.renewal(),
        end: last.end(),
        stands: !last.is_ended(),
        renewal_days: is.renewal_days,
        renewals_max: tier.renewals_max,
        at_the_top: next.rank == is.rank,
        waits,
        last: None,
    })
}

/// What the last period of an exception showed.
pub(crate) async fn period(
    mut from: Reading<'_>,
    of: &Exception,
    (shown, now): (&Shown, Timestamp),
) -> Result<Period, NotDone> {
    let subject = Subject::Exception(of.id).to_string();
    let mut period = Period {
        from: None,
        until: now,
        controls: tests_of(of),
        partial: false,
        suspended: 0,
        last_used: None,
        would: String::new(),
    };
    let (mut after, mut read) = (0, 0_usize);
    loop {
        let events = from.history(&subject, after).await?;
        let Some(newest) = events.last() else { break };
        after = newest.sequence;
        read = read.saturating_add(events.len());
        events.iter().for_each(|it| note(&mut period, it));
        if i64::try_from(events.len()).is_ok_and(|count| count < event::HISTORY_MAX) {
            break;
        }
        if read >= EVENTS_MAX {
            period.partial = true;
            break;
        }
    }
    let frozen = from.words(&of.pin.frozen).await?;
    let covers = frozen.and_then(|words| serde_json::from_str::<Coverage>(&words).ok());
    let nodes = covers.iter().flat_map(|it| it.identities.iter().chain(&it.credentials));
    period.last_used = nodes.filter_map(|node| shown.engine.last_used(&node.id)).max();
    let is_there = shown.engine.findings().keys().any(|it| it.0 == of.pin.fingerprint);
    period.would = if is_there { "fail" } else { "pass" }.to_owned();
    Ok(period)
}

fn tests_of(of: &Exception) -> Vec<Tests> {
    let numbers = (1..).zip(of.terms.controls.as_slice());
    numbers.map(|(control, _)| Tests { control, ..Tests::default() }).collect()
}

/// Adds an event to the count. What was tested before it came into force is of no period.
fn note(period: &mut Period, stored: &event::Stored) {
    match stored.name.as_str() {
        "exception.activated.1" => period.from = Some(stored.at),
        "exception.suspended.1" => period.suspended = period.suspended.saturating_add(1),
        "exception.control_tested.1" if period.from.is_some() => {
            let event: Value = serde_json::from_slice(&stored.bytes).unwrap_or_default();
            let body = event.get("body");
            let number = body.and_then(|it| it.get("control")).and_then(Value::as_u64);
            let verdict = body.and_then(|it| it.get("verdict")).and_then(Value::as_str);
            let of = period.controls.iter_mut().find(|it| Some(it.control) == number);
            let Some(of) = of else { return };
            let count = match verdict {
                Some("passed") => &mut of.passed,
                Some("failed") => &mut of.failed,
                Some(_) | None => &mut of.unknown,
            };
            *count = count.saturating_add(1);
        }
        _ => {}
    }
}

/// Whether each control passed a test since it came into force. The test that brought it into force is
/// older than that by a moment: it counts with the pulse, as long as it stands.
fn has_passed(of: &Exception, period: &Period) -> bool {
    let from = period.from;
    let mut controls = period.controls.iter().zip(&of.pulses);
    from.is_some()
        && controls.all(|(tests, pulse)| {
            tests.passed > 0 || pulse.passed_at.is_some_and(|at| from.is_some_and(|from| from < at))
        })
}

/// A part of the reason in which a renewal says word for word what the one before said. What was erased
/// can be compared with nothing.
async fn repeated(
    tx: &mut Tx,
    (last, renew): (&Exception, &Renew),
    texts: &[Text],
) -> Result<Option<&'static str>, NotDone> {
    let Propose { why: new, .. } = &renew.propose;
    let old = &last.terms.why;
    let mut pairs = vec![
        ("need", &old.need, new.need.digest()),
        ("not_removable", &old.not_removable, new.not_removable.digest()),
        ("would_change", &old.would_change, new.would_change.digest()),
    ];
    if let Some(renews) = &last.renews {
        pairs.push(("used_for", &renews.used_for, renew.used_for.digest()));
    }
    for (part, was, is) in pairs {
        let was = kept::words(tx, &[], was).await?;
        let is = kept::words(tx, texts, is).await?;
        if let (Some(was), Some(is)) = (was, is)
            && plain(&was) == plain(&is)
        {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// Words without what makes no difference to anybody who reads them.
fn plain(words: &str) -> Vec<String> {
    let kept = |word: &str| word.chars().filter(|it| it.is_alphanumeric()).collect::<String>();
    let words = words.split_whitespace().map(|word| kept(word).to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}

/// The last period of an exception, for whoever renews it.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn last_period(door: &Door, of: &Exception) -> Result<Period, NotDone> {
    let shown = door.graph.read();
    period(Reading::Store(&door.store), of, (&shown, door.clock.now())).await
}

/// How often an exception can be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most renewals, by tier.
    pub(crate) renewals_max: u32,
    /// Whether the next one needs a plan by which the access goes.
    pub(crate) needs_plan: bool,
}

/// How often an exception can be renewed, as things stand; nothing where this server cannot tell.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn limits(door: &Door, of: &Exception) -> Result<Option<Limits>, NotDone> {
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    if !oversight.is_known() {
        return Ok(None);
    }
    let grave = grave_of(door, of.pin.finding).await?;
    let before = told(&door.policy, Stake::of(&oversight, &grave), of, false);
    Ok(before.map(|it| Limits { renewals_max: it.renewals_max, needs_plan: is_at_the_cap(&it) }))
}

/// What was kept of the last period with a renewal; none where it was erased.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn kept_period(
    door: &Door,
    evidence: &TextDigest,
) -> Result<Option<Period>, NotDone> {
    let words = kept::read_words(&door.store, evidence).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_in_another_dress_are_the_same_words() {
        let said = "The archive reads the records each night, until March.";
        for same in ["the archive  reads the records each night until march", said] {
            assert_eq!(plain(said), plain(same), "{same}");
        }
        assert_ne!(plain(said), plain("The archive reads the records each night, until April."));
    }

    #[test]
    fn tests_count_from_the_coming_into_force_and_by_control() {
        let mut period = Period {
            from: None,
            until: Timestamp::UNIX_EPOCH,
            controls: vec![Tests { control: 1, ..Tests::default() }],
            partial: false,
            suspended: 0,
            last_used: None,
            would: "fail".to_owned(),
        };
        let stored = |name: &str, body: &str| event::Stored {
            subject: "exception:1".to_owned(),
            sequence: 1,
            name: name.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            actor: "machine:prober".to_owned(),
            cause: None,
            hash: countersign_ledger::tree::leaf_hash(b""),
            bytes: body.as_bytes().to_vec(),
            position: None,
        };
        let tested = |verdict: &str, control: u64| {
            let body = format!(r#"{{"body":{{"control":{control},"verdict":"{verdict}"}}}}"#);
            stored("exception.control_tested.1", &body)
        };
        let events = [
            tested("passed", 1),
            stored("exception.activated.1", "{}"),
            tested("passed", 1),
            tested("failed", 1),
            tested("unknown", 1),
            tested("passed", 2),
            stored("exception.suspended.1", "{}"),
        ];
        events.iter().for_each(|it| note(&mut period, it));
        assert_eq!(period.controls, [Tests { control: 1, passed: 1, failed: 1, unknown: 1 }]);
        assert_eq!((period.suspended, period.from), (1, Some(Timestamp::UNIX_EPOCH)));
    }
}
