//! Writing down what was decided: events with their exact bytes, the state after them, the columns
//! for lists, the outbox rows that follow, and the texts that the events refer to. Decides nothing.

use countersign_governance::event::Event;
use countersign_governance::{State, Subject, evolve};
use countersign_ledger::leaf::Authority;
use countersign_store::{Job, State as Row, Tx};
use jiff::Timestamp;

use crate::door::{Committed, NotDone};
use crate::follow;
use crate::kept::Current;
use crate::project;
use crate::record::{self, Envelope, NotRecorded};
use crate::text::Text;

/// What surrounds the events of one decision.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) actor: String,
    pub(crate) policy: String,
    pub(crate) cause: Option<String>,
    pub(crate) authority: Option<Authority>,
    pub(crate) now: Timestamp,
}

/// Writes down the events of one decision, and what hangs on them.
pub(crate) async fn record(
    tx: &mut Tx,
    around: &Around,
    current: Current,
    events: &[Event],
    texts: &[Text],
) -> Result<Committed, NotDone> {
    let Current { subject, mut state, sequence: before, mut number } = current;
    let key = subject.to_string();
    let mut sequence = before;
    let mut names = Vec::new();
    for event in events {
        sequence = sequence.saturating_add(1);
        let name = append(tx, around, (&key, sequence), event, texts).await?;
        names.push(name);
        state = evolve(subject, state, event);
        follow_up(tx, around, &state, (subject, event)).await?;
    }
    if !events.is_empty() {
        // What was refused is nothing yet: it takes no number.
        if number.is_none() && is_numbered(&state) {
            number = Some(tx.next_number(subject.kind()).await?);
        }
        let row = Row {
            kind: subject.kind().to_owned(),
            subject: key.clone(),
            number,
            sequence,
            state: serde_json::to_string(&state).map_err(NotRecorded::Unknown)?,
        };
        tx.put_state(&row, before).await?;
        project::put(tx, &row, &state, texts).await?;
        for event in events {
            project::event(tx, (&key, sequence), event, (texts, around.now)).await?;
        }
    }
    Ok(Committed { subject: key, number, sequence, events: names })
}

/// Whether people name it by a number.
fn is_numbered(state: &State) -> bool {
    matches!(state, State::Finding(Some(_)) | State::Exception(Some(_)) | State::Review(Some(_)))
}

async fn append(
    tx: &mut Tx,
    around: &Around,
    (subject, sequence): (&str, i64),
    event: &Event,
    texts: &[Text],
) -> Result<String, NotDone> {
    let at = around.now.to_string();
    let envelope = Envelope {
        subject,
        sequence: u64::try_from(sequence).unwrap_or(0),
        at: &at,
        actor: &around.actor,
        policy: &around.policy,
        cause: around.cause.as_deref(),
        authority: around.authority.as_ref(),
    };
    let leaf = record::leaf(event, envelope)?;
    for reference in countersign_ledger::text::references(&leaf.body).into_iter().flatten() {
        let reference = countersign_ledger::text::reference(reference);
        if let Some(text) = texts.iter().find(|text| text.digest.0 == reference) {
            tx.put_text(subject, &text.salt, &text.words).await?;
        }
    }
    let bytes = leaf.bytes().map_err(NotRecorded::Leaf)?;
    let event = countersign_store::Event {
        subject,
        sequence,
        name: &leaf.name,
        at: around.now,
        actor: &around.actor,
        cause: around.cause.as_deref(),
        bytes: &bytes,
    };
    tx.append(&event).await?;
    Ok(leaf.name)
}

async fn follow_up(
    tx: &mut Tx,
    around: &Around,
    state: &State,
    (subject, event): (Subject, &Event),
) -> Result<(), NotDone> {
    for duty in follow::duties(subject, event) {
        match duty {
            follow::Duty::Job(it) => {
                let job = Job {
                    kind: it.kind,
                    key: &it.key,
                    payload: &it.payload,
                    run_at: around.now,
                    subject: Some(&it.subject),
                    system: system_of(state),
                    why: None,
                };
                tx.enqueue(&job).await?;
            }
            follow::Duty::ShowRun(run) => {
                tx.accept_run(&run.to_string(), around.now).await?;
            }
            follow::Duty::HoldRun(run) => {
                let why = "it would make a large share of what is known vanish";
                tx.hold_run(&run.to_string(), why).await?;
            }
            follow::Duty::EndAccess(person) => {
                let person = person.to_string();
                tx.revoke_sessions(&person, around.now).await?;
                tx.revoke_tokens(&person, around.now).await?;
                tx.revoke_links(&person, around.now).await?;
            }
            follow::Duty::Unlink(person) => {
                let person = person.to_string();
                tx.forget_provider_links(&person).await?;
                tx.revoke_sessions_by_provider(&person, around.now).await?;
            }
        }
    }
    Ok(())
}

/// The system that the order of a finding changes.
fn system_of(state: &State) -> Option<&str> {
    let State::Finding(Some(finding)) = state else { return None };
    finding.order().map(|ordered| ordered.chosen.system.as_str())
}
