//! The columns of an exception, whom it covers, and when its controls are to be tested. Of the clock
//! only boundaries are kept (law 7).

use countersign_governance::Subject;
use countersign_governance::exception::{Exception, Stage};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into exception (id, number, finding, rule, owner, stage, \
     proposed_at, until_at, force_from, force_until, ended_at, covered_total) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     on conflict (id) do update set owner = excluded.owner, stage = excluded.stage, until_at = excluded.until_at, \
     force_from = excluded.force_from, force_until = excluded.force_until, \
     ended_at = excluded.ended_at \
     where exception.number = excluded.number and exception.finding = excluded.finding";
const COVER: &str = "insert into exception_cover (exception, identity) values ($1, $2)";
const CONTROL: &str = "insert into exception_control (exception, control, system, kind, owner, \
     due_at, claimed_until, verdict, tested_at, passed_at, holds_until) \
     values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10) \
     on conflict (exception, control) do update set system = excluded.system, \
     kind = excluded.kind, owner = excluded.owner, due_at = excluded.due_at, claimed_until = 0, \
     verdict = excluded.verdict, tested_at = excluded.tested_at, passed_at = excluded.passed_at, \
     holds_until = excluded.holds_until";
const UNSETTLE: &str =
    "update exception set unsettled = $2 where finding = $1 and ended_at is null";
const SETTLED: &str = "update exception set unsettled = null where id = $1 and unsettled = $2";
const UNTESTED: &str = "delete from exception_control where exception = $1";
const CLAIM: &str = "update exception_control set claimed_until = $3 \
     where exception = $1 and control = $2 and claimed_until <= $4";

/// The columns of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// The number behind its short reference; never changes.
    pub number: i64,
    /// The finding that it is about; never changes.
    pub finding: String,
    /// The rule's id.
    pub rule: String,
    /// The one accountable person.
    pub owner: String,
    /// `in_review`, `active`, `suspended`, or how it ended.
    pub stage: String,
    /// When it was proposed; never changes.
    pub proposed_at: Timestamp,
    /// When it ends, exclusive.
    pub until_at: Timestamp,
    /// From when it is in force, if it can be.
    pub force_from: Option<Timestamp>,
    /// Until when, exclusive.
    pub force_until: Option<Timestamp>,
    /// When its end was recorded.
    pub ended_at: Option<Timestamp>,
    /// How many identities it covers.
    pub covered_total: i64,
}

/// When one control is tested next and what its last test showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Counted from one.
    pub control: i64,
    /// The system that is asked; none where the graph answers.
    pub system: Option<String>,
    /// What sort of test.
    pub kind: String,
    /// Who answers for it.
    pub owner: String,
    /// When it is to be tested.
    pub due_at: Timestamp,
    /// What the last test showed.
    pub verdict: Option<String>,
    /// When it was read.
    pub tested_at: Option<Timestamp>,
    /// The last passed test that still stands.
    pub passed_at: Option<Timestamp>,
    /// Until when, exclusive, it counts as working.
    pub holds_until: Option<Timestamp>,
}

impl Row {
    /// The columns of an exception with this number.
    #[must_use]
    pub fn of(exception: &Exception, number: i64) -> Self {
        let force = exception.force();
        let (stage, ended_at) = match &exception.stage {
            Stage::InReview { .. } => ("in_review", None),
            Stage::Active { .. } => ("active", None),
            Stage::Suspended { .. } => ("suspended", None),
            Stage::Ended { at, ending, .. } => (ending.name(), Some(*at)),
        };
        Self {
            id: Subject::Exception(exception.id).to_string(),
            number,
            finding: Subject::Finding(exception.pin.finding).to_string(),
            rule: exception.pin.rule.clone(),
            owner: exception.owner().to_string(),
            stage: stage.to_owned(),
            proposed_at: exception.proposed_at,
            until_at: exception.terms.until,
            force_from: force.map(|force| force.from),
            force_until: force.map(|force| force.until),
            ended_at,
            covered_total: i64::try_from(exception.pin.covered_total).unwrap_or(i64::MAX),
        }
    }
}

/// When each control of an exception is tested next, and what its last test showed.
#[must_use]
pub fn controls(exception: &Exception) -> Vec<Control> {
    let controls = exception.terms.controls.as_slice().iter().zip(&exception.pulses);
    (1..)
        .zip(controls)
        .map(|(number, (control, pulse))| Control {
            control: number,
            system: control.test.system.clone(),
            kind: control.test.kind.as_str().to_owned(),
            owner: control.owner.to_string(),
            due_at: pulse.due_at(control).unwrap_or(exception.proposed_at),
            verdict: pulse.last.map(|(_, verdict)| verdict.as_str().to_owned()),
            tested_at: pulse.last.map(|(at, _)| at),
            passed_at: pulse.passed_at,
            holds_until: pulse.holds_until(control),
        })
        .collect()
}

/// Writes the columns of an exception; its controls are tested no more once it has ended.
///
/// # Errors
/// [`crate::Kind::Conflict`] when its number belongs to another exception.
pub async fn put(tx: &mut Tx, row: &Row, controls: &[Control]) -> Result<(), Fault> {
    let args = args![
        &row.id,
        row.number,
        &row.finding,
        &row.rule,
        &row.owner,
        &row.stage,
        row.proposed_at,
        row.until_at,
        row.force_from,
        row.force_until,
        row.ended_at,
        row.covered_total,
    ];
    tx.run_one(PUT, args, || {
        Fault::conflict(format!(
            "exception {} has another number or finding; load it again and decide again",
            row.number
        ))
    })
    .await?;
    if row.ended_at.is_some() {
        tx.run(UNTESTED, args![&row.id]).await?;
        return Ok(());
    }
    for it in controls {
        let args = args![
            &row.id,
            it.control,
            &it.system,
            &it.kind,
            &it.owner,
            it.due_at,
            &it.verdict,
            it.tested_at,
            it.passed_at,
            it.holds_until,
        ];
        tx.run(CONTROL, args).await?;
    }
    Ok(())
}

/// Writes whom an exception covers, once.
///
/// # Errors
/// [`crate::Kind::Conflict`] when that was written before.
pub async fn cover(tx: &mut Tx, exception: &str, identities: &[String]) -> Result<(), Fault> {
    for identity in identities {
        tx.run(COVER, args![exception, identity]).await?;
    }
    Ok(())
}

/// Notes that the exceptions about a finding are to be asked whether they are over, because of the event
/// of the finding with this sequence.
///
/// # Errors
/// When the database cannot answer.
pub async fn unsettle(tx: &mut Tx, finding: &str, sequence: i64) -> Result<(), Fault> {
    tx.run(UNSETTLE, args![finding, sequence]).await?;
    Ok(())
}

/// Notes that an exception was asked after the event with this sequence; a later one stays noted.
///
/// # Errors
/// When the database cannot answer.
pub async fn settled(tx: &mut Tx, exception: &str, sequence: i64) -> Result<(), Fault> {
    tx.run(SETTLED, args![exception, sequence]).await?;
    Ok(())
}

/// Takes the test of a control for a while, so that no other node makes it meanwhile; false when
/// another has it.
///
/// # Errors
/// When the database cannot answer.
pub async fn claim(
    tx: &mut Tx,
    (exception, control): (&str, i64),
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.run(CLAIM, args![exception, control, until, now]).await? == 1)
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, COVER, CONTROL, UNSETTLE, SETTLED, UNTESTED, CLAIM]
}
