//! Whose key it is: the one that lies in the export, or one that the reader brought.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::{Value, json};

use super::lab::{self, Lab, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_says_whether_the_key_came_along_or_was_brought() {
    let lab = filled().await;
    lab.exported("out");
    let (code, report) = lab.report("out", &[]);
    assert_eq!((code, &report["key_pinned"]), (0, &json!(false)));
    assert!(cautions(&report).contains("the key came with the export"), "{report:#}");
    let said = lab.verify("out", &[]);
    assert!(said.out.contains("it came with the export"), "{}", said.out);

    let (code, report) = lab.report("out", &["--key", "data/ledger.vkey"]);
    assert_eq!((code, &report["key_pinned"]), (0, &json!(true)));
    assert!(!cautions(&report).contains("the key came with the export"), "{report:#}");
    let said = lab.verify("out", &["--key", "data/ledger.vkey"]);
    assert!(said.out.contains("you brought it (--key)"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_did_not_sign_is_found_whether_it_lies_in_the_export_or_is_brought() {
    let lab = filled().await;
    let out = lab.exported("out");
    std::fs::write(lab.path("other.vkey"), lab::other_key().verifier().to_string()).unwrap();
    let (code, report) = lab.report("out", &["--key", "other.vkey"]);
    assert_eq!(code, 1);
    problem(&report, "signature_invalid");

    let exchanged = out.copy("exchanged");
    exchanged.put("verifier.key", &format!("{}\n", lab::other_key().verifier()));
    let (code, report) = lab.report("exchanged", &[]);
    assert_eq!(code, 1);
    problem(&report, "signature_invalid");
    // With the right key from elsewhere the ledger is whole, and the wrong one in it is named.
    let (code, report) = lab.report("exchanged", &["--key", "data/ledger.vkey"]);
    assert_eq!(code, 0);
    assert!(cautions(&report).contains("is another key than the one you brought"), "{report:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_somebody_else_signed_whole_is_found_by_a_key_or_checkpoint_from_elsewhere()
{
    let lab = filled().await;
    let forged = lab.exported("out").copy("forged");
    let mut lines = forged.lines("leaves.jsonl");
    lines[5] = lines[5].replace("p-1", "p-9");
    forged.put_lines("leaves.jsonl", &lines);
    forged.sign_anew(&lab::other_key());
    let (code, report) = lab.report("forged", &[]);
    assert_eq!(code, 0, "from the export alone nobody can tell");
    assert!(cautions(&report).contains("the key came with the export"), "{report:#}");
    assert_eq!(lab.report("forged", &["--key", "data/ledger.vkey"]).0, 1);
    let (code, report) = lab.report("forged", &["--checkpoint", "data/checkpoints/latest"]);
    assert_eq!(code, 1);
    problem(&report, "earlier_not_signed");
    let said = lab.verify("forged", &["--checkpoint", "data/checkpoints/latest"]);
    assert!(said.out.contains("is not of this ledger and key"), "{}", said.out);
}

fn cautions(report: &Value) -> String {
    let cautions = report["cautions"].as_array().unwrap();
    cautions.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

async fn filled() -> Lab {
    let lab = Lab::sqlite().await;
    lab.append(0..12).await;
    lab.sign().await;
    lab
}
