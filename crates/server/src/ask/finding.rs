//! Findings: as rows of a list, whole with their paths, with their history, and with the remedies
//! that their paths offer.

use std::collections::BTreeMap;

use countersign_access::change::Change;
use countersign_access::edge::EdgeKey;
use countersign_access::finding::Finding as Toxic;
use countersign_access::node::NodeKind;
use countersign_governance::State;
use countersign_governance::finding::{Finding as Case, Remedy};
use countersign_store::read::finding::{Filter, Item, by_number, get, list};
use countersign_store::{event, read};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::tier::{self, Tier};
use super::waits::{Waits, waits};
use super::{List, each};
use crate::door::{Door, NotDone};
use crate::graph::aside;
use crate::kept;
use crate::shape;

/// Prefix of the short reference.
pub const PREFIX: &str = "FN-";

/// A finding in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FindingRow)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its short reference.
    pub reference: String,
    /// Where it is in its life, or how it ended.
    pub status: String,
    /// How bad.
    pub severity: String,
    /// The rule.
    pub rule: String,
    /// The rule's class.
    pub class: String,
    /// Proven or potential.
    pub certainty: String,
    /// The system of its root cause.
    pub system: String,
    /// The id of its root cause.
    pub root_cause: String,
    /// How many identities it affects.
    pub affected_total: i64,
    /// The one person behind it.
    pub owner: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Whether that is past. An exception stops no clock.
    pub overdue: bool,
    /// How many of those whom it affects an exception in force covers now.
    pub excepted_total: i64,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// A finding, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct Whole {
    /// Version of this form.
    pub version: u32,
    /// What lists show.
    #[serde(flatten)]
    pub row: Row,
    /// The finding as the graph shows it: title, paths, affected identities, remedy and so on; null
    /// where erased.
    #[schema(value_type = Option<super::graph::shape::Finding>)]
    pub detail: Option<Toxic>,
    /// Whom it affects, since when, and by which exception in force each is covered now; empty where
    /// the list is cut short.
    pub affected: Vec<Affected>,
    /// The case as the ledger has it: owner, choice, order, receipt, ending.
    #[schema(value_type = Object)]
    pub case: Value,
    /// What its order waits for, while one is under way.
    pub waits: Option<Waits>,
    /// How grave it is as things stand, and what that asks for; null where this server decides by
    /// another policy than the one in force.
    pub tier: Option<Tier>,
}

/// One identity that a finding affects.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FindingAffected)]
pub struct Affected {
    /// Which.
    pub identity: String,
    /// Since when: who joins later has a clock of their own.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The short reference of the exception in force that covers it.
    pub excepted_by: Option<String>,
}

/// An event in a history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FindingEvent)]
pub struct Entry {
    /// Its place among the events of this subject.
    pub sequence: i64,
    /// What happened, with its version.
    pub name: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who acted.
    pub actor: String,
    /// What led to it.
    pub cause: Option<String>,
    /// Its position in the ledger, once it is sealed.
    pub position: Option<i64>,
    /// The exact event.
    #[schema(value_type = Object)]
    pub event: Value,
    /// The texts to which it refers, by digest; null where erased.
    #[schema(value_type = Object)]
    pub texts: Value,
}

/// A change that would break one of a finding's paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Remedy)]
pub struct Offer {
    /// What sort.
    #[schema(value_type = String)]
    pub remedy: Remedy,
    /// The system that would change.
    pub system: String,
    /// In words.
    pub words: String,
    /// The change, as `choose` takes it.
    #[schema(schema_with = shape::change)]
    pub change: Change,
}

/// Finds a finding by its short reference or id.
///
/// # Errors
/// When the store cannot answer.
pub async fn find(door: &Door, reference: &str) -> Result<Option<Item>, NotDone> {
    let number = reference.strip_prefix(PREFIX).or_else(|| reference.strip_prefix("fn-"));
    if let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) {
        return Ok(by_number(&door.store, number).await?);
    }
    let id = reference.strip_prefix("finding:").unwrap_or(reference);
    Ok(get(&door.store, &format!("finding:{id}")).await?)
}

/// A page of findings.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(
    door: &Door,
    filter: &Filter<'_>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<List<Row>, NotDone> {
    let now = door.clock.now();
    let page = list(&door.store, filter, cursor, limit).await?;
    let numbers = page.items.iter().map(|item| item.row.number);
    let (from, to) = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
    let covered = read::exception::covered(&door.store, (from, to), now).await?;
    Ok(each(page, |item| row(&item, &covered, now)))
}

/// A finding, whole.
///
/// # Errors
/// When the store cannot answer.
pub async fn whole(door: &Door, item: &Item) -> Result<Whole, NotDone> {
    let case = case(item)?;
    let detail = match &case {
        Some(case) => detail(door, case).await?,
        None => None,
    };
    let waits = match case.as_ref().is_some_and(|case| case.order().is_some()) {
        true => waits(door, &item.row.id).await?,
        false => None,
    };
    let state = serde_json::to_value(&case).unwrap_or_default();
    let (now, number) = (door.clock.now(), item.row.number);
    let covered = read::exception::covered(&door.store, (number, number), now).await?;
    let affected = affected(door, item, now).await?;
    let tier = match &case {
        Some(case) => tier::of(door, (case.id, 0)).await?,
        None => None,
    };
    let row = row(item, &covered, now);
    Ok(Whole { version: 1, row, detail, affected, case: state, waits, tier })
}

/// Whom a finding affects now, since when, and by which exception in force each is covered.
async fn affected(door: &Door, item: &Item, now: Timestamp) -> Result<Vec<Affected>, NotDone> {
    let rows = read::exception::affected(&door.store, &item.row.id, now).await?;
    let shown = rows.into_iter().map(|it| Affected {
        identity: it.identity,
        since: it.since,
        excepted_by: it.excepted_by.map(|number| format!("EX-{number}")),
    });
    Ok(shown.collect())
}

/// What happened to a subject, in order: at most `limit` events after the one with the sequence
/// `after`.
///
/// # Errors
/// When the store cannot answer.
pub async fn history(
    door: &Door,
    subject: &str,
    after: i64,
    limit: i64,
) -> Result<List<Entry>, NotDone> {
    let mut events = event::history(&door.store, subject, after).await?;
    let most = usize::try_from(limit.min(event::HISTORY_MAX)).unwrap_or(0);
    let more = events.len() > most || i64::try_from(most) == Ok(event::HISTORY_MAX);
    events.truncate(most);
    let next = events.last().filter(|_| more).map(|last| last.sequence.to_string());
    let mut entries = Vec::new();
    for stored in events {
        let event: Value = serde_json::from_slice(&stored.bytes).unwrap_or_default();
        let mut texts = serde_json::Map::new();
        let body = event.get("body").cloned().unwrap_or_default();
        for digest in countersign_ledger::text::references(&body).into_iter().flatten() {
            let reference = countersign_ledger::text::reference(digest);
            let digest = countersign_governance::text::TextDigest(reference.clone());
            let words = kept::read_words(&door.store, &digest).await?;
            texts.insert(reference, words.map_or(Value::Null, Value::String));
        }
        entries.push(Entry {
            sequence: stored.sequence,
            name: stored.name,
            at: stored.at,
            actor: stored.actor,
            cause: stored.cause,
            position: stored.position,
            event,
            texts: Value::Object(texts),
        });
    }
    Ok(List::new(entries, next))
}

/// The changes that a finding's paths offer, and those of the paths by which somebody it affects
/// still has the combination. Nothing is chosen by that.
///
/// # Errors
/// When the store cannot answer.
pub async fn remedies(door: &Door, item: &Item) -> Result<List<Offer>, NotDone> {
    let Some(case) = case(item)? else { return Ok(List::new(Vec::new(), None)) };
    let Some(toxic) = detail(door, &case).await? else { return Ok(List::new(Vec::new(), None)) };
    let shown = door.graph.read();
    let paths = aside(move || {
        // In the order in which the finding names those whom it affects.
        let mut still = shown.still(&toxic).unwrap_or_default();
        let had = toxic.affected.iter().filter_map(|node| still.remove(&node.id));
        let had: Vec<_> = had.flat_map(|still| still.paths).collect();
        [toxic.paths, had].concat()
    })
    .await?;
    let mut offers: Vec<Offer> = Vec::new();
    for offer in paths.iter().flat_map(|path| offers_of(path)) {
        if !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    Ok(List::new(offers, None))
}

fn offers_of(path: &[countersign_access::finding::Step]) -> Vec<Offer> {
    use countersign_access::edge::EdgeKind;
    let mut offers = Vec::new();
    for pair in path.windows(2) {
        let [from, to] = pair else { continue };
        let Some(kind) = to.edge else { continue };
        let remedy = match kind {
            EdgeKind::MemberOf | EdgeKind::Assumes => Remedy::Revoke,
            EdgeKind::Grants | EdgeKind::Controls => Remedy::Reduce,
            EdgeKind::Holds
            | EdgeKind::Authenticates
            | EdgeKind::AppliesTo
            | EdgeKind::ReadsSecretOf
            | EdgeKind::Impersonates
            | EdgeKind::ActsOnBehalfOf
            | EdgeKind::IsAccountOf
            | EdgeKind::UsesTool => continue,
        };
        let edge = EdgeKey { source: from.node.id.clone(), kind, target: to.node.id.clone() };
        offers.push(Offer {
            remedy,
            system: to.because.source.to_string(),
            words: format!("take `{}` away from `{}`", to.node.name, from.node.name),
            change: Change::RemoveEdge { edge, grantor: None },
        });
    }
    for step in path.iter().filter(|step| step.node.kind == NodeKind::Account) {
        offers.push(Offer {
            remedy: Remedy::Disable,
            system: step.because.source.to_string(),
            words: format!("keep `{}` from signing in", step.node.name),
            change: Change::DisableAccount { account: step.node.id.clone() },
        });
    }
    offers
}

/// The case that a row holds.
pub(crate) fn case(item: &Item) -> Result<Option<Box<Case>>, NotDone> {
    Ok(match crate::kept::parse(&item.state)? {
        State::Finding(case) => case,
        State::Person(_)
        | State::Process(_)
        | State::Exception(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    })
}

/// The finding as the graph showed it last.
pub(crate) async fn detail(door: &Door, case: &Case) -> Result<Option<Toxic>, NotDone> {
    let words = kept::read_words(&door.store, &case.known.detail).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

fn row(item: &read::finding::Item, covered: &BTreeMap<i64, i64>, now: Timestamp) -> Row {
    let row = &item.row;
    Row {
        id: bare(&row.id),
        reference: format!("{PREFIX}{}", row.number),
        status: row.status.clone(),
        severity: row.severity.clone(),
        rule: row.rule.clone(),
        class: row.class.clone(),
        certainty: row.certainty.clone(),
        system: row.system.clone(),
        root_cause: row.root_cause.clone(),
        affected_total: row.affected_total,
        owner: row.owner.clone(),
        due_at: row.due_at,
        excepted_total: covered.get(&row.number).copied().unwrap_or(0),
        overdue: row.ended_at.is_none() && row.due_at.is_some_and(|due| due <= now),
        opened_at: row.opened_at,
        ended_at: row.ended_at,
        sequence: item.sequence,
    }
}

/// The id without the noun in front.
pub(crate) fn bare(subject: &str) -> String {
    subject.split_once(':').map_or(subject, |(_, id)| id).to_owned()
}
