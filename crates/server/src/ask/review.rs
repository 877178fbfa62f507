//! Reviews of access: as rows of a list, whole with how far each stage is, who is silent and how people
//! decide, and their items with what stands beside a decision.

pub mod item;
pub mod preview;

use countersign_governance::State;
use countersign_governance::review::Review;
use countersign_governance::text::TextDigest;
use countersign_store::read::review::{self, by_number, get, list};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::finding::bare;
use super::{List, each};
use crate::door::{Door, NotDone};
use crate::kept;
use crate::review::scope::Scope;

/// Prefix of the short reference.
pub const PREFIX: &str = "RV-";

/// A review in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReviewRow)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its short reference.
    pub reference: String,
    /// What it is about.
    pub title: String,
    /// `staged`, `opening`, `active`, `paused`, `remediating`, `proven`, `accepted`, `rejected` or
    /// `cancelled`.
    pub status: String,
    /// When it was planned.
    #[schema(value_type = String, format = DateTime)]
    pub staged_at: Timestamp,
    /// When its first stage began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub began_at: Option<Timestamp>,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// How many items it has, or will have.
    pub items: i64,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// A review, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct Whole {
    /// Version of this form.
    pub version: u32,
    /// What lists show.
    #[serde(flatten)]
    pub row: Row,
    /// Which access it looks at; null where erased.
    pub scope: Option<Scope>,
    /// The case as the ledger has it: plan, who started it, where it stands.
    #[schema(value_type = Object)]
    pub case: Value,
    /// How many of its items stand where.
    pub progress: Progress,
    /// The same by stage, with when each is over.
    pub stages: Vec<Stage>,
    /// Before whom items are, most first.
    pub silent: Vec<Silent>,
    /// How people decide.
    pub quality: Quality,
    /// Why an auditor accepted or rejected it, or somebody let it rest or ended it.
    pub reason: Option<String>,
}

/// How many items stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewProgress)]
pub struct Progress {
    /// All that are before people or were.
    pub items: i64,
    /// About which somebody is asked.
    pub open: i64,
    /// Kept.
    pub kept: i64,
    /// To change, without evidence yet.
    pub changing: i64,
    /// Changed, with evidence.
    pub proven: i64,
}

/// How far a stage is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewStageProgress)]
pub struct Stage {
    /// Which, from one.
    pub number: usize,
    /// Items about which somebody is asked in it.
    pub open: i64,
    /// Items whose last word was said in it.
    pub decided: i64,
    /// When it is over; null before the review began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
}

/// Somebody before whom items are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewSilent)]
pub struct Silent {
    /// Who.
    pub person: String,
    /// In which stage, from one.
    pub stage: i64,
    /// How many.
    pub items: i64,
}

/// How people decide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewQuality)]
pub struct Quality {
    /// How many decisions.
    pub decisions: i64,
    /// How many of them about several items at once.
    pub in_bulk: i64,
    /// The median of the seconds between two decisions of the same person.
    pub median_seconds: Option<i64>,
    /// How many agree with what is known of the last use.
    pub with_use: i64,
    /// How many go against it.
    pub against_use: i64,
    /// The same by person.
    pub by: Vec<Reviewer>,
}

/// How somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewReviewer)]
pub struct Reviewer {
    /// Who.
    pub person: String,
    /// How many decisions.
    pub decisions: i64,
    /// How many of them about several items at once.
    pub in_bulk: i64,
    /// The median of the seconds between two of them.
    pub median_seconds: Option<i64>,
    /// How many agree with what is known of the last use.
    pub with_use: i64,
    /// How many go against it.
    pub against_use: i64,
}

/// Finds a review by its short reference or id.
///
/// # Errors
/// When the store cannot answer.
pub async fn find(door: &Door, reference: &str) -> Result<Option<review::Item>, NotDone> {
    let number = reference.strip_prefix(PREFIX).or_else(|| reference.strip_prefix("rv-"));
    if let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) {
        return Ok(by_number(&door.store, number).await?);
    }
    let id = reference.strip_prefix("review:").unwrap_or(reference);
    Ok(get(&door.store, &format!("review:{id}")).await?)
}

/// A page of reviews, the newest first.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(
    door: &Door,
    status: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<List<Row>, NotDone> {
    let page = list(&door.store, status, cursor, limit).await?;
    Ok(each(page, |item| row(&item)))
}

/// A review, whole.
///
/// # Errors
/// When the store cannot answer.
pub async fn whole(door: &Door, item: &review::Item) -> Result<Whole, NotDone> {
    let review = case(item)?;
    let counts = review::tally(&door.store, &item.row.id).await?;
    let scope = match &review {
        Some(review) => kept::read_words(&door.store, &review.plan.scope).await?,
        None => None,
    };
    let reason = match review.as_deref().and_then(reason_of) {
        Some(digest) => kept::read_words(&door.store, digest).await?,
        None => None,
    };
    let silent = review::silent(&door.store, &item.row.id).await?;
    let silent = silent.into_iter().map(|it| Silent {
        person: it.person,
        stage: it.stage.saturating_add(1),
        items: it.count,
    });
    Ok(Whole {
        version: 1,
        row: row(item),
        scope: scope.and_then(|words| serde_json::from_str(&words).ok()),
        progress: progress(&counts),
        stages: stages(review.as_deref(), &counts),
        silent: silent.collect(),
        quality: quality(door, &item.row.id).await?,
        case: serde_json::to_value(&review).unwrap_or_default(),
        reason,
    })
}

fn reason_of(review: &Review) -> Option<&TextDigest> {
    use countersign_governance::review::Stage as At;
    match &review.stage {
        At::Accepted { reason, .. } | At::Rejected { reason, .. } | At::Paused { reason, .. } => {
            Some(reason)
        }
        At::Cancelled { reason, .. } => reason.as_ref(),
        At::Staged
        | At::Opening { .. }
        | At::Active
        | At::Remediating { .. }
        | At::Proven { .. } => None,
    }
}

fn progress(counts: &[review::Count]) -> Progress {
    let mut progress = Progress::default();
    for it in counts {
        progress.items += it.count;
        match it.standing.as_str() {
            "open" => progress.open += it.count,
            "kept" => progress.kept += it.count,
            "changing" => progress.changing += it.count,
            _ => progress.proven += it.count,
        }
    }
    progress
}

fn stages(review: Option<&Review>, counts: &[review::Count]) -> Vec<Stage> {
    let Some(review) = review else { return Vec::new() };
    let count = |number: usize, is_open: bool| {
        let of = |it: &&review::Count| {
            usize::try_from(it.stage) == Ok(number) && (it.standing == "open") == is_open
        };
        counts.iter().filter(of).map(|it| it.count).sum()
    };
    (0..review.plan.stages.len())
        .map(|number| Stage {
            number: number.saturating_add(1),
            open: count(number, true),
            decided: count(number, false),
            due_at: review.due(number),
        })
        .collect()
}

async fn quality(door: &Door, review: &str) -> Result<Quality, NotDone> {
    let mut quality = Quality::default();
    for it in review::quality(&door.store, review).await? {
        let median = review::median(&door.store, review, Some(&it.person), it.decisions).await?;
        quality.decisions += it.decisions;
        quality.in_bulk += it.in_bulk;
        quality.with_use += it.with_use;
        quality.against_use += it.against_use;
        quality.by.push(Reviewer {
            person: it.person,
            decisions: it.decisions,
            in_bulk: it.in_bulk,
            median_seconds: median,
            with_use: it.with_use,
            against_use: it.against_use,
        });
    }
    quality.median_seconds = review::median(&door.store, review, None, quality.decisions).await?;
    Ok(quality)
}

/// The case that a row holds.
pub(crate) fn case(item: &review::Item) -> Result<Option<Box<Review>>, NotDone> {
    match kept::parse(&item.state)? {
        State::Review(review) => Ok(review),
        _ => Ok(None),
    }
}

fn row(item: &review::Item) -> Row {
    let it = &item.row;
    Row {
        id: bare(&it.id),
        reference: format!("{PREFIX}{}", it.number),
        title: it.title.clone(),
        status: it.status.clone(),
        staged_at: it.staged_at,
        began_at: it.began_at,
        ended_at: it.ended_at,
        items: it.expected,
        sequence: item.sequence,
    }
}
