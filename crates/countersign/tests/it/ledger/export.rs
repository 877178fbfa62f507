//! What an export holds, on both databases, and what it does not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]

use countersign_ledger::proof::verify_inclusion;
use countersign_ledger::tree::{Hash, Tree, leaf_hash};
use countersign_store::read;
use countersign_store::text::{Body, get};
use serde_json::{Value, json};

use super::lab::{self, Lab, both, must_be, problem};

const FILES: [&str; 6] =
    ["checkpoint", "hashes.txt", "leaves.jsonl", "manifest.json", "texts.jsonl", "verifier.key"];

both! {
    an_export_holds_what_the_checkpoint_covers_and_nothing_else_and_is_whole,
    an_erased_text_leaves_root_and_proofs_and_every_export_whole,
    an_export_taken_while_others_write_is_whole,
    an_event_that_was_changed_in_the_database_is_found_with_its_position,
    an_event_that_vanished_from_the_database_is_found_with_its_position,
    a_checkpoint_that_was_exchanged_in_the_database_is_refused,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_of_the_answer_stays_as_programs_know_it() {
    let lab = Lab::sqlite().await;
    lab.append(0..5).await;
    lab.sign().await;
    let out = lab.exported("out");
    let mut lines = out.lines("leaves.jsonl");
    lines.swap(1, 2);
    out.put_lines("leaves.jsonl", &lines);
    let said = lab.verify("out", &["--format", "json"]);
    insta::assert_snapshot!(said.out);
}

async fn an_export_holds_what_the_checkpoint_covers_and_nothing_else_and_is_whole(lab: &Lab) {
    lab.append(0..24).await;
    let root = lab.sign().await;
    // Sealed and not signed, and not even sealed: with texts, which must stay inside.
    lab.append(24..29).await;
    lab::seal_all(&lab.store).await;
    lab.append(29..33).await;

    let said = lab.export("out");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("exported 24 entries") && said.out.contains("6 texts"), "{said:?}");
    let out = lab::Copy(lab.path("out"));
    assert_eq!(out.names(), FILES);
    let expected: Vec<String> =
        (0..24).map(|it| String::from_utf8(lab::leaf(it).bytes().unwrap()).unwrap()).collect();
    assert_eq!(out.lines("leaves.jsonl"), expected);
    let kept = std::fs::read_to_string(lab.path("data/checkpoints/24.checkpoint")).unwrap();
    assert_eq!(out.read("checkpoint"), kept);
    assert_eq!(out.read("verifier.key"), format!("{}\n", lab::key().verifier()));
    assert_forms(&out);

    let (code, report) = lab.report("out", &["--checkpoint", "data/checkpoints/latest"]);
    assert_eq!((code, &report["verdict"], &report["leaves"]), (0, &json!("whole"), &json!(24)));
    assert_eq!(report["checkpoint"]["root"], json!(root.to_hex()));
    assert_eq!(
        report["texts"],
        json!({"referred": 6, "present": 6, "absent": 0, "absent_first": []})
    );
    assert_eq!(report["end_confirmed_to"], json!(24));
    must_be("report", &report);
}

fn assert_forms(out: &lab::Copy) {
    for (form, file) in
        [("leaf", "leaves.jsonl"), ("text", "texts.jsonl"), ("manifest", "manifest.json")]
    {
        for line in out.lines(file) {
            must_be(form, &serde_json::from_str(&line).unwrap());
        }
    }
    let texts = out.lines("texts.jsonl");
    assert_eq!(texts.len(), 6);
    for (line, number) in texts.iter().zip((0..24).step_by(4)) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["text"], json!(lab::reason(number)));
    }
}

async fn an_erased_text_leaves_root_and_proofs_and_every_export_whole(lab: &Lab) {
    lab.append(0..13).await;
    let root = lab.sign().await;
    let before = lab.exported("before");
    let hashes = read::leaf::hashes(&lab.store, 0, 100).await.unwrap();
    let tree: Tree = hashes.iter().copied().collect();
    let proofs: Vec<Vec<Hash>> = (0..13).map(|at| tree.inclusion(at, 13).unwrap()).collect();

    lab.erase(8).await;
    let said = lab.export("after");
    assert!(said.out.contains("1 text was erased and not exported"), "{said:?}");
    let after = lab::Copy(lab.path("after"));
    for same in ["leaves.jsonl", "hashes.txt", "checkpoint", "verifier.key"] {
        assert_eq!(before.read(same), after.read(same), "{same}");
    }
    assert!(before.read("texts.jsonl").contains(&lab::reason(8)));
    assert!(!after.read("texts.jsonl").contains(&lab::reason(8)));
    for (index, path) in (0..13).zip(&proofs) {
        let leaf = leaf_hash(&lab::leaf(index).bytes().unwrap());
        assert!(verify_inclusion(leaf, index, 13, path, root), "{index}");
    }

    let (code, report) = lab.report("after", &["--checkpoint", "before/checkpoint"]);
    assert_eq!(
        (code, &report["verdict"], &report["end_confirmed_to"]),
        (0, &json!("whole"), &json!(13))
    );
    let digest =
        countersign_ledger::text::parse_reference(lab::leaf(8).body["reason"].as_str().unwrap());
    let digest = digest.unwrap();
    assert_eq!(
        report["texts"],
        json!({"referred": 4, "present": 3, "absent": 1, "absent_first":
            [{"digest": digest.to_hex(), "position": 8, "subject": "f-2"}]})
    );
    let said = lab.verify("after", &[]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("3 present and unchanged, 1 erased or left out"), "{}", said.out);
    assert!(said.out.contains("erased or left out: of position 8, `f-2`"), "{}", said.out);
    assert_eq!(lab.report("before", &[]).0, 0, "the older export proves what it proved");
    let kept = get(&lab.store, digest).await.unwrap().unwrap();
    assert!(matches!(kept.body, Body::Erased { .. }));

    // More events go on from the old checkpoint, erased text or not.
    lab.append(13..20).await;
    lab.sign().await;
    lab.exported("later");
    let (code, report) = lab.report("later", &["--checkpoint", "before/checkpoint"]);
    assert_eq!((code, &report["end_confirmed_to"]), (0, &json!(13)));
}

async fn an_export_taken_while_others_write_is_whole(lab: &Lab) {
    lab.append(0..5).await;
    lab.sign().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn({
        let (store, outside) = (lab.store.clone(), lab.path("data/checkpoints"));
        async move {
            let mut number = 5;
            while !*stopped.borrow() {
                for _ in 0..7 {
                    lab::append(&store, number).await;
                    number += 1;
                }
                lab::sign(&store, &outside).await;
            }
            number
        }
    });
    for round in 0..4 {
        lab.exported(&format!("round-{round}"));
    }
    stop.send(true).unwrap();
    let appended = writer.await.unwrap();
    let mut largest = 0;
    for round in 0..4 {
        let before = format!("round-{}/checkpoint", u64::saturating_sub(round, 1));
        let (code, report) = lab.report(&format!("round-{round}"), &["--checkpoint", &before]);
        assert_eq!((code, &report["verdict"]), (0, &json!("whole")), "{report:#}");
        largest = report["leaves"].as_u64().unwrap();
    }
    assert!(largest > 5 && largest <= appended, "{largest} of {appended}");
}

async fn an_event_that_was_changed_in_the_database_is_found_with_its_position(lab: &Lab) {
    lab.append(0..12).await;
    lab.sign().await;
    let mut changed = lab::leaf(5);
    changed.actor = "p-2".to_owned();
    let hex: String = changed.bytes().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let bytes = match lab.is_postgres() {
        true => format!("'\\x{hex}'"),
        false => format!("x'{hex}'"),
    };
    lab.without_triggers(&format!(
        "update event set bytes = {bytes} where subject = 'f-2' and sequence = 2"
    ))
    .await;
    lab.exported("out");
    let (code, report) = lab.report("out", &[]);
    assert_eq!(code, 1);
    let found = problem(&report, "root_differs");
    assert_eq!((&found["position"], &found["subject"]), (&json!(5), &json!("f-2")));
}

async fn an_event_that_vanished_from_the_database_is_found_with_its_position(lab: &Lab) {
    lab.append(0..12).await;
    lab.sign().await;
    lab.without_triggers("delete from leaf where position = 6").await;
    let said = lab.export("out");
    assert_eq!(said.code, 0, "a damaged ledger can be taken away as evidence: {said:?}");
    assert!(said.out.contains("the database is damaged"), "{said:?}");
    let (code, report) = lab.report("out", &[]);
    assert_eq!(code, 1);
    assert_eq!(problem(&report, "leaves_missing")["count"], json!(1));
    // Event 3 of the subject is missing; event 4, now at position 8, says so.
    let gap = problem(&report, "sequence_gap");
    assert_eq!((&gap["position"], &gap["subject"]), (&json!(8), &json!("f-0")));
}

async fn a_checkpoint_that_was_exchanged_in_the_database_is_refused(lab: &Lab) {
    lab.append(0..4).await;
    lab.sign().await;
    lab.without_triggers("update checkpoint set note = replace(note, '4', '3')").await;
    let said = lab.export("out");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("does not open with the key"), "{said:?}");
    assert!(!lab.path("out").exists());
}
