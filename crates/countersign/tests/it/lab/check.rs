//! What must be true of every server at every time: the ledger, taken away, is whole, and what is
//! kept of each subject is what its events say.

use std::io::BufReader;

use countersign_governance::{State, Subject, evolve};
use countersign_ledger::export::{Parts, Report, Verdict, verify};
use countersign_server::{export, record};
use countersign_store::{Store, event, state};

use super::Lab;

/// The nouns of the ledger.
const KINDS: [&str; 8] =
    ["finding", "exception", "person", "process", "system", "policy", "accountability", "gap"];

impl Lab {
    /// Every subject's state is the fold of its events; answers how many subjects there are.
    pub(crate) async fn states_are_folds(&self) -> usize {
        states_are_folds(&self.door().store).await
    }

    /// The ledger, exported and checked without the server: it is whole.
    pub(crate) async fn ledger_is_whole(&self) -> Report {
        self.sealed().await;
        self.checkpoint_covers_all().await;
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("export");
        let key = std::fs::read_to_string(self.folder().join("ledger.vkey")).expect("a key");
        let now = self.server_clock().now();
        let written = export::write(&self.door().store, &key, &out, now).await;
        written.unwrap_or_else(|why| panic!("{why}"));
        let bytes = |name: &str| std::fs::read(out.join(name)).expect("a file of the export");
        let lines = |name: &str| {
            BufReader::new(std::fs::File::open(out.join(name)).expect("a file of the export"))
        };
        let (checkpoint, verifier) = (bytes(export::CHECKPOINT), bytes(export::VERIFIER));
        let manifest = bytes(export::MANIFEST);
        let (mut leaves, mut texts) = (lines(export::LEAVES), lines(export::TEXTS));
        let mut hashes = lines(export::HASHES);
        let parts = Parts {
            leaves: &mut leaves,
            texts: &mut texts,
            checkpoint: &checkpoint,
            verifier: &verifier,
            manifest: &manifest,
            hashes: Some(&mut hashes),
        };
        let outside = std::fs::read(self.folder().join("checkpoints/latest")).expect("a copy");
        let report = verify(parts, Some(&outside));
        assert_eq!(report.verdict, Verdict::Whole, "{report:#?}");
        report
    }

    async fn checkpoint_covers_all(&self) {
        use countersign_store::seal::{frontier, latest_checkpoint};
        let store = &self.door().store;
        self.until("a checkpoint over all", async || {
            let size = frontier(store).await.expect("an edge").size();
            let signed = latest_checkpoint(store).await.expect("an answer")?.size;
            (i64::try_from(size).ok() == Some(signed)).then_some(())
        })
        .await;
    }
}

/// Every state in a store is the fold of its events; answers how many subjects there are.
pub(crate) async fn states_are_folds(store: &Store) -> usize {
    let mut subjects = 0;
    for kind in KINDS {
        for row in state::all(store, kind, "").await.expect("states") {
            let subject = subject(kind, &row.subject);
            let mut events = event::history(store, &row.subject, 0).await.expect("events");
            // A worker may have gone on meanwhile.
            events.retain(|it| it.sequence <= row.sequence);
            let folded = events.iter().fold(subject.nothing(), |state, stored| {
                let event = record::event(&stored.bytes).expect("an event");
                evolve(subject, state, &event)
            });
            let kept: State = serde_json::from_str(&row.state).expect("a state");
            assert_eq!(kept, folded, "{}", row.subject);
            assert_eq!(events.last().map(|it| it.sequence), Some(row.sequence));
            subjects += 1;
        }
    }
    subjects
}

fn subject(kind: &str, key: &str) -> Subject {
    let id = key.split_once(':').map_or("", |(_, id)| id);
    match kind {
        "finding" => Subject::Finding(id.parse().expect("an id")),
        "exception" => Subject::Exception(id.parse().expect("an id")),
        "person" => Subject::Person(id.parse().expect("an id")),
        "process" => Subject::Process(id.parse().expect("an id")),
        "system" => Subject::System(id.parse().expect("an id")),
        "accountability" => Subject::Accountability(id.parse().expect("a cell")),
        "gap" => Subject::Gap(id.parse().expect("an id")),
        "review" => Subject::Review(id.parse().expect("an id")),
        "item" => Subject::Item(id.parse().expect("an id")),
        _ => Subject::Policy,
    }
}
