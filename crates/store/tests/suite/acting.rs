//! Acts as the server makes them, for the tests that need some to have happened.

use countersign_store::{Doing, Event, Fault, Job, State, Store, Tx};

use crate::both::at;

/// One act as the server makes them: load, append an event, store the state, enqueue a job.
pub(crate) async fn act(store: &Store, subject: &str) -> Result<i64, Fault> {
    store.transact_with(subject.to_owned(), |tx, subject| step(tx, subject)).await
}

pub(crate) fn step<'t>(tx: &'t mut Tx, subject: &'t str) -> Doing<'t, i64, Fault> {
    Box::pin(async move {
        let before = tx.state("finding", subject).await?.map_or(0, |state| state.sequence);
        let sequence = before + 1;
        let bytes = format!("{{\"sequence\":{sequence},\"subject\":\"{subject}\"}}");
        tx.append(&event(subject, sequence, bytes.as_bytes())).await?;
        tx.put_state(&state(subject, sequence), before).await?;
        let key = format!("{subject}/{sequence}");
        tx.enqueue(&Job {
            kind: "notify",
            key: &key,
            payload: "{}",
            run_at: at(0),
            ..Job::default()
        })
        .await?;
        Ok(sequence)
    })
}

pub(crate) fn event<'a>(subject: &'a str, sequence: i64, bytes: &'a [u8]) -> Event<'a> {
    Event {
        subject,
        sequence,
        name: "finding.noted.1",
        at: at(sequence),
        actor: "p-1",
        cause: None,
        bytes,
    }
}

pub(crate) fn state(subject: &str, sequence: i64) -> State {
    State {
        kind: "finding".to_owned(),
        subject: subject.to_owned(),
        number: None,
        sequence,
        state: format!("{{\"sequence\":{sequence}}}"),
    }
}
