//! From the state of a subject to the columns by which its list is filtered.

mod review;

use std::collections::BTreeSet;

use countersign_governance::State;
use countersign_governance::event::Event;
use countersign_governance::exception::{self, Exception, Pin};
use countersign_governance::finding::change::Changed;
use countersign_governance::finding::open::Opened;
use countersign_governance::finding::recur::Recurred;
use countersign_governance::finding::{Ending, Finding, Stage};
use countersign_governance::item;
use countersign_governance::person::Person;
use countersign_governance::process::Process;
use countersign_governance::system::System;
use countersign_store::{State as Row, Tx, project};
use jiff::Timestamp;

use crate::about::Coverage;
use crate::door::NotDone;
use crate::kept;
use crate::text::Text;

/// Writes the columns of a subject after a decision.
pub(crate) async fn put(
    tx: &mut Tx,
    row: &Row,
    state: &State,
    texts: &[Text],
) -> Result<(), NotDone> {
    match state {
        State::Finding(Some(it)) => finding(tx, row, it, texts).await,
        State::Person(Some(it)) => person(tx, row, it, texts).await,
        State::Process(Some(it)) => process(tx, row, it, texts).await,
        State::System(Some(it)) => system(tx, row, it, texts).await,
        State::Exception(Some(it)) => exception(tx, row, it).await,
        State::Review(Some(it)) => review::put(tx, row, it, texts).await,
        State::Item(Some(it)) => review::put_item(tx, row, it, texts).await,
        State::Review(None)
        | State::Item(None)
        | State::Finding(None)
        | State::Exception(None)
        | State::Person(None)
        | State::Process(None)
        | State::System(None)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_) => Ok(()),
    }
}

/// Writes what an event says about several identities at once: whom a finding affects, and whom an
/// exception covers. An exception about a finding that changed is to be asked whether it is over.
pub(crate) async fn event(
    tx: &mut Tx,
    (subject, sequence): (&str, i64),
    event: &Event,
    (texts, now): (&[Text], Timestamp),
) -> Result<(), NotDone> {
    use countersign_governance::finding::Event as OfFinding;
    match event {
        Event::Finding(
            OfFinding::Opened(Opened { known, .. })
            | OfFinding::Changed(Changed { known, .. })
            | OfFinding::Recurred(Recurred { known, .. }),
        ) => {
            let detail = kept::detail(tx, texts, &known.detail).await?;
            let whole = detail.filter(|it| it.affected.len() == it.affected_total);
            let affected = whole.into_iter().flat_map(|it| it.affected);
            let ids = affected.map(|node| node.id.to_string()).collect();
            project::affected::put(tx, subject, &ids, now).await?;
            Ok(project::exception::unsettle(tx, subject, sequence).await?)
        }
        Event::Finding(OfFinding::Ended(_)) => {
            project::affected::put(tx, subject, &BTreeSet::new(), now).await?;
            Ok(project::exception::unsettle(tx, subject, sequence).await?)
        }
        Event::Exception(exception::Event::Proposed(it)) => {
            cover(tx, subject, &it.pin, texts).await
        }
        Event::Exception(exception::Event::Renewed(it)) => cover(tx, subject, &it.pin, texts).await,
        Event::Item(item::Event::Decided(it)) => review::decided(tx, subject, it).await,
        Event::Finding(_)
        | Event::Exception(_)
        | Event::Person(_)
        | Event::Process(_)
        | Event::System(_)
        | Event::Policy(_)
        | Event::Accountability(_)
        | Event::Gap(_)
        | Event::Review(_)
        | Event::Item(_) => Ok(()),
    }
}

/// Writes whom an exception covers, as frozen with it.
async fn cover(tx: &mut Tx, subject: &str, pin: &Pin, texts: &[Text]) -> Result<(), NotDone> {
    let frozen: Option<Coverage> = kept::written(tx, texts, &pin.frozen).await?;
    let identities = frozen.map(|frozen| frozen.identities).unwrap_or_default();
    let ids: Vec<String> = identities.iter().map(|node| node.id.to_string()).collect();
    Ok(project::exception::cover(tx, subject, &ids).await?)
}

async fn exception(tx: &mut Tx, row: &Row, it: &Exception) -> Result<(), NotDone> {
    let columns = project::exception::Row::of(it, row.number.unwrap_or_default());
    Ok(project::exception::put(tx, &columns, &project::exception::controls(it)).await?)
}

async fn finding(tx: &mut Tx, row: &Row, finding: &Finding, texts: &[Text]) -> Result<(), NotDone> {
    let detail = kept::detail(tx, texts, &finding.known.detail).await?;
    let root = detail.as_ref().map(|detail| &detail.root_cause);
    let ended = match &finding.stage {
        Stage::Ended { at, ending, .. } => Some((*at, how(ending))),
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. } => None,
    };
    let columns = project::finding::Row {
        id: row.subject.clone(),
        number: row.number.unwrap_or_default(),
        fingerprint: finding.known.fingerprint.0.clone(),
        rule: finding.known.rule.clone(),
        class: finding.known.class.as_str().to_owned(),
        severity: finding.known.severity.as_str().to_owned(),
        status: finding.status().to_owned(),
        certainty: finding.known.certainty.as_str().to_owned(),
        owner: finding.owner().map(|owner| owner.person.to_string()),
        due_at: finding.owner().map(|owner| owner.due),
        opened_at: finding.opened_at,
        ended_at: ended.map(|(at, _)| at),
        ended_how: ended.map(|(_, how)| how.to_owned()),
        system: root.map_or_else(String::new, |root| root.system.clone()),
        root_cause: root.map_or_else(String::new, |root| root.id.to_string()),
        affected_total: i64::try_from(finding.known.affected_total).unwrap_or(i64::MAX),
        detail_digest: Some(finding.known.detail.0.clone()),
    };
    Ok(project::finding::put(tx, &columns).await?)
}

fn how(ending: &Ending) -> &'static str {
    match ending {
        Ending::Fixed(_) => "fixed",
        Ending::Gone(_) => "gone",
        Ending::RuleChanged(_) => "rule_changed",
        Ending::NotToxic(_) => "not_toxic",
    }
}

async fn person(tx: &mut Tx, row: &Row, person: &Person, texts: &[Text]) -> Result<(), NotDone> {
    let name = kept::words(tx, texts, &person.appointment().name).await?;
    let columns = project::person::Row {
        id: row.subject.clone(),
        name: name.unwrap_or_else(|| "erased".to_owned()),
        contact: None,
        status: if person.is_active() { "active" } else { "inactive" }.to_owned(),
    };
    Ok(project::person::put(tx, &columns).await?)
}

async fn process(tx: &mut Tx, row: &Row, process: &Process, texts: &[Text]) -> Result<(), NotDone> {
    let name = kept::words(tx, texts, &process.definition.name).await?;
    let columns = project::process::Row {
        id: row.subject.clone(),
        name: name.unwrap_or_else(|| process.definition.key.clone()),
        criticality: process.definition.criticality.as_str().to_owned(),
        owner: Some(process.definition.owner.to_string()),
        status: "active".to_owned(),
    };
    Ok(project::process::put(tx, &columns).await?)
}

async fn system(tx: &mut Tx, row: &Row, system: &System, texts: &[Text]) -> Result<(), NotDone> {
    let name = kept::words(tx, texts, &system.connection.name).await?;
    let columns = project::system::Row {
        id: row.subject.clone(),
        name: name.unwrap_or_else(|| row.subject.clone()),
        kind: system.connection.kind.clone(),
        config: String::new(),
        owner: system.connection.owner.map(|owner| owner.to_string()),
        status: if system.held.is_some() { "held" } else { "active" }.to_owned(),
        last_run: system.last.as_ref().map(|last| last.run.run.to_string()),
        last_read_at: system.last.as_ref().map(|last| last.run.read_at),
    };
    Ok(project::system::put(tx, &columns).await?)
}
