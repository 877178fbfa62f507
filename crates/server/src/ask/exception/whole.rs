//! One exception, whole, as it stands now: the four parts in words, the pulse of each control, what it
//! covers and whom it does not, who has signed, and what it waits for.

use countersign_access::change::Probe;
use countersign_governance::State;
use countersign_governance::exception::{Around, Exception as Case, Stage, Use};
use countersign_governance::facts::Regulated;
use countersign_governance::refusal::Wait;
use countersign_governance::seat::{Seat, Signature};
use countersign_governance::text::TextDigest;
use countersign_store::read::exception::{Affected, Item, affected};
use countersign_store::read::finding;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::renewed::{self, Renews};
use super::{PREFIX, Row, row};
use crate::about::Coverage;
use crate::around::around;
use crate::ask::tier::{self, Tier};
use crate::door::{Door, NotDone};
use crate::kept;
use crate::shape;

/// An exception, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Exception)]
pub struct Whole {
    /// Version of this form.
    pub version: u32,
    /// What registers show.
    #[serde(flatten)]
    pub row: Row,
    /// Why the access cannot be removed now.
    pub why: Why,
    /// How the access is used, as declared.
    #[schema(schema_with = shape::used)]
    pub used: Use,
    /// Days between two reviews by the owner.
    pub review_days: u16,
    /// Who asked for the access: they sign nothing here.
    pub requested_by: Vec<String>,
    /// The compensating controls, each with its pulse.
    pub controls: Vec<Control>,
    /// The identities that it covers, their credentials, and the systems downstream, as frozen; null
    /// where erased.
    #[schema(value_type = Option<Object>)]
    pub covers: Option<Coverage>,
    /// Identities that the finding affects now and that it does not cover, each with a clock of its own.
    pub not_covered: Vec<Uncovered>,
    /// How many identities the finding affects now that it does not cover: they stay open.
    pub not_covered_total: u64,
    /// Whether that is exact. The finding may name only some of those whom it affects; then it is how
    /// many there are at least, and not all of them are in the list.
    pub not_covered_exact: bool,
    /// How grave its finding is as things stand, and what that asks for; null where this server decides
    /// by another policy than the one in force.
    pub tier: Option<Tier>,
    /// The ticket in another system that belongs to it.
    pub ticket: Option<String>,
    /// Who has signed.
    pub signatures: Vec<Signed>,
    /// What it still waits for, in words.
    pub waits_for: Vec<String>,
    /// The same, for pages that say it in other words.
    #[serde(skip)]
    pub waits: Vec<Wait>,
    /// Whether legal or compliance must sign; null where this server judges by other rules than those
    /// in force, so that it cannot tell.
    pub legal_needed: Option<bool>,
    /// What security objected and what the owner answered.
    pub veto: Option<Veto>,
    /// Who is accountable since its owner left, until somebody takes it over; null while the owner is there.
    pub left: Option<Left>,
    /// The id of the person to whom its owner handed it and who has not taken it over yet.
    pub handed_to: Option<String>,
    /// What it renews and by which facts; null for a first exception.
    pub renews: Option<Renews>,
    /// The short reference of the newest exception that renews this one.
    pub renewed_by: Option<String>,
    /// Whether the combination is still there: `fail` while it is, `pass` once it is gone.
    pub would: String,
    /// The case as the ledger has it.
    #[schema(value_type = Object)]
    pub case: Value,
}

/// Its owner left.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionLeft)]
pub struct Left {
    /// The id of whoever is accountable since then: a deputy, or the next by the ways to an owner; null
    /// where there is nobody who could carry it.
    pub accountable: Option<String>,
    /// Until when somebody must have taken it over; then it is out of force.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A structured reason; a part is null where it was erased.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionWhy)]
pub struct Why {
    /// What the access is needed for.
    pub need: Option<String>,
    /// Why it cannot be removed now.
    pub not_removable: Option<String>,
    /// What would change that.
    pub would_change: Option<String>,
}

/// A compensating control with its pulse.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionControl)]
pub struct Control {
    /// Counted from one.
    pub number: u32,
    /// What it does, in its owner's words.
    pub what: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// The system that is asked; null where the graph answers.
    pub system: Option<String>,
    /// How it is tested; null where erased.
    #[schema(value_type = Option<Object>)]
    pub test: Option<Probe>,
    /// Hours between two tests.
    pub every_hours: u32,
    /// Hours for which a passed test counts.
    pub max_age_hours: u32,
    /// What the last test showed: `passed`, `failed` or `unknown`; null before the first.
    pub verdict: Option<String>,
    /// When that was read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub tested_at: Option<Timestamp>,
    /// Until when the control counts as working, if no further test passes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub holds_until: Option<Timestamp>,
    /// When the next test is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_test_at: Option<Timestamp>,
}

/// An identity that joined later.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionUncovered)]
pub struct Uncovered {
    /// Which.
    pub identity: String,
    /// Since when the finding affects it: its own clock.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The short reference of another exception that covers it.
    pub excepted_by: Option<String>,
}

/// A signature on an exception.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionSignature)]
pub struct Signed {
    /// From which seat.
    pub seat: String,
    /// By whom.
    pub person: String,
    /// For whom, where a deputy signed: that person stays accountable.
    #[serde(rename = "for")]
    pub signed_for: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// An objection by security.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionObjection)]
pub struct Veto {
    /// By whom.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// What the owner answered; null while the veto binds.
    pub answer: Option<String>,
    /// Whether it binds.
    pub binds: bool,
}

/// An exception, whole, as it stands now.
///
/// # Errors
/// When the store cannot answer, or the row is none of an exception.
pub async fn whole(door: &Door, item: &Item) -> Result<Option<Whole>, NotDone> {
    let Some(case) = case(item)? else { return Ok(None) };
    let now = door.clock.now();
    let around = around(door, &case).await?;
    let waits = waits_for(&case, now, around);
    let terms = &case.terms;
    let words = async |digest: &TextDigest| kept::read_words(&door.store, digest).await;
    let why = Why {
        need: words(&terms.why.need).await?,
        not_removable: words(&terms.why.not_removable).await?,
        would_change: words(&terms.why.would_change).await?,
    };
    let covers = words(&case.pin.frozen).await?;
    let covers: Option<Coverage> = covers.and_then(|words| serde_json::from_str(&words).ok());
    let (not_covered, affected) = not_covered(door, item, (covers.as_ref(), now)).await?;
    let (not_covered_total, not_covered_exact) =
        how_many(door, item, (not_covered.len(), affected)).await?;
    Ok(Some(Whole {
        version: 1,
        row: row(item),
        why,
        used: terms.used.clone(),
        review_days: terms.review_days,
        requested_by: terms.requested_by.iter().map(ToString::to_string).collect(),
        controls: controls(door, &case).await?,
        not_covered,
        not_covered_total,
        not_covered_exact,
        covers,
        tier: tier::of(door, (case.pin.finding, case.renewal())).await?,
        ticket: terms.ticket.as_ref().map(|ticket| ticket.as_str().to_owned()),
        signatures: signatures(&case),
        waits_for: waits.iter().map(ToString::to_string).collect(),
        waits,
        legal_needed: legal_needed(&case, around),
        veto: veto(door, &case).await?,
        left: left(&case),
        handed_to: case.offer.filter(|it| it.from == case.owner()).map(|it| it.to.to_string()),
        renews: renewed::renews(door, &case).await?,
        renewed_by: renewed::renewed_by(door, &case, now).await?,
        would: if is_over(&item.finding_status) { "pass" } else { "fail" }.to_owned(),
        case: serde_json::to_value(&case).unwrap_or_default(),
    }))
}

/// The case that a row holds.
pub(crate) fn case(item: &Item) -> Result<Option<Box<Case>>, NotDone> {
    Ok(match kept::parse(&item.state)? {
        State::Exception(case) => case,
        State::Finding(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    })
}

fn left(case: &Case) -> Option<Left> {
    let left = case.left.filter(|_| !case.is_ended())?;
    Some(Left { accountable: left.accountable.map(|id| id.to_string()), until: left.until })
}

async fn controls(door: &Door, case: &Case) -> Result<Vec<Control>, NotDone> {
    let mut shown = Vec::new();
    let controls = case.terms.controls.as_slice().iter().zip(&case.pulses);
    for (number, (control, pulse)) in (1..).zip(controls) {
        let probe = kept::read_words(&door.store, &control.test.probe).await?;
        shown.push(Control {
            number,
            what: kept::read_words(&door.store, &control.what).await?,
            owner: control.owner.to_string(),
            system: control.test.system.clone(),
            test: probe.and_then(|words| serde_json::from_str(&words).ok()),
            every_hours: control.every_hours,
            max_age_hours: control.max_age_hours,
            verdict: pulse.last.map(|(_, verdict)| verdict.as_str().to_owned()),
            tested_at: pulse.last.map(|(at, _)| at),
            holds_until: pulse.holds_until(control),
            next_test_at: if case.is_ended() { None } else { pulse.due_at(control) },
        });
    }
    Ok(shown)
}

async fn not_covered(
    door: &Door,
    item: &Item,
    (covers, now): (Option<&Coverage>, Timestamp),
) -> Result<(Vec<Uncovered>, usize), NotDone> {
    let covered = |identity: &str| {
        covers.is_some_and(|it| it.identities.iter().any(|node| node.id.as_str() == identity))
    };
    let all = affected(&door.store, &item.row.finding, now).await?;
    let listed = all.len();
    let is_later = |it: &Affected| it.since > item.row.proposed_at;
    let uncovered = all.into_iter().filter(|it| is_later(it) || !covered(&it.identity));
    let uncovered = uncovered.map(|it| Uncovered {
        identity: it.identity,
        since: it.since,
        excepted_by: it.excepted_by.map(|number| format!("{PREFIX}{number}")),
    });
    Ok((uncovered.collect(), listed))
}

/// How many a finding affects beyond those whom the exception covers, and whether that is exact: where
/// it names only some of them none is listed, and all who are covered may still be among them.
async fn how_many(
    door: &Door,
    item: &Item,
    (uncovered, listed): (usize, usize),
) -> Result<(u64, bool), NotDone> {
    let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let finding = finding::get(&door.store, &item.row.finding).await?;
    let total = finding.map_or(0, |it| u64::try_from(it.row.affected_total).unwrap_or_default());
    if is_over(&item.finding_status) || total <= whole(listed) {
        return Ok((whole(uncovered), true));
    }
    let covered = u64::try_from(item.row.covered_total).unwrap_or_default();
    Ok((total.saturating_sub(covered), false))
}

fn signatures(case: &Case) -> Vec<Signed> {
    let by = match &case.stage {
        Stage::InReview { given } => {
            let all = [
                given.accepted.as_ref().map(signed),
                given.confirmed.as_ref().map(signed),
                given.legal.as_ref().map(signed),
            ];
            return all.into_iter().flatten().collect();
        }
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => Some(by),
        Stage::Ended { by, .. } => by.as_ref(),
    };
    let Some(by) = by else { return Vec::new() };
    let all = [Some(signed(by.accepted())), Some(signed(by.confirmed())), by.legal().map(signed)];
    all.into_iter().flatten().collect()
}

fn signed<S: Seat>(signature: &Signature<S>) -> Signed {
    Signed {
        seat: signature.seat().as_str().to_owned(),
        person: signature.person().to_string(),
        signed_for: signature.signed_for().map(|person| person.to_string()),
        at: signature.at(),
    }
}

fn waits_for(case: &Case, now: Timestamp, around: Around) -> Vec<Wait> {
    if case.is_ended() || case.terms.until <= now {
        return Vec::new();
    }
    case.waits_for(now, around)
}

/// Once it has been in force, what it needed is what it has.
fn legal_needed(case: &Case, around: Around) -> Option<bool> {
    let signed = match &case.stage {
        Stage::InReview { given } if given.legal.is_none() => {
            return match around.legal(case) {
                Regulated::Yes => Some(true),
                Regulated::No => Some(false),
                Regulated::Unknown => None,
            };
        }
        Stage::InReview { .. } => true,
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => by.legal().is_some(),
        Stage::Ended { by, .. } => by.as_ref().is_some_and(|by| by.legal().is_some()),
    };
    Some(signed || case.pin.regulated)
}

async fn veto(door: &Door, case: &Case) -> Result<Option<Veto>, NotDone> {
    let Some(veto) = &case.veto else { return Ok(None) };
    let answer = match &veto.answered {
        Some(answered) => kept::read_words(&door.store, &answered.reason).await?,
        None => None,
    };
    Ok(Some(Veto {
        by: veto.vetoed.signed.person().to_string(),
        at: veto.vetoed.signed.at(),
        reason: kept::read_words(&door.store, &veto.vetoed.reason).await?,
        answer,
        binds: veto.answered.is_none(),
    }))
}

/// Whether a finding's status says that it has ended.
fn is_over(status: &str) -> bool {
    matches!(status, "fixed" | "gone" | "rule_changed" | "not_toxic")
}
