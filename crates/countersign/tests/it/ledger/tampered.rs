//! What somebody does to an export is found from the export alone, with its place; a cut-off end
//! against an earlier checkpoint.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]

use serde_json::{Value, json};

use super::lab::{self, Copy, Lab, problem};

/// A trick, its name, and the position and subject where it is to be found.
type Trick = (&'static str, fn(&mut Vec<String>), u64, &'static str);

const TRICKS: [Trick; 5] = [
    ("changed", |lines| lines[7] = lines[7].replace("p-1", "p-9"), 7, "f-1"),
    ("removed", |lines| drop(lines.remove(4)), 4, "f-2"),
    ("reordered", |lines| lines.swap(2, 9), 2, "f-0"),
    ("duplicated", |lines| lines.insert(6, lines[5].clone()), 6, "f-2"),
    ("spelt another way", |lines| lines[3] = lines[3].replacen(':', ": ", 1), 3, "f-0"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_removed_reordered_or_repeated_entry_is_found_with_its_position() {
    let lab = filled().await;
    let out = lab.exported("out");
    for (name, trick, position, subject) in TRICKS {
        let copy = out.copy(name);
        let mut lines = copy.lines("leaves.jsonl");
        trick(&mut lines);
        copy.put_lines("leaves.jsonl", &lines);
        let (code, report) = lab.report(name, &[]);
        assert_eq!((code, &report["verdict"]), (1, &json!("not_whole")), "{name}");
        let found = first(&report);
        assert_eq!(
            (&found["position"], &found["subject"]),
            (&json!(position), &json!(subject)),
            "{name}: {report:#}"
        );
        lab::must_be("report", &report);
        let said = lab.verify(name, &[]);
        assert_eq!(said.code, 1);
        assert!(said.out.starts_with("NOT WHOLE"), "{}", said.out);
        let place = format!("position {position}, subject `{subject}`");
        assert!(said.out.contains(&place), "{name}: {}", said.out);
        let unbroken = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = format!("[line {} of `leaves.jsonl`]", position + 1);
        assert!(unbroken.contains(&line), "{name}: {}", said.out);
    }
}

/// The problem that stands first in the export, where the leaves differ from the signed ones.
fn first(report: &Value) -> &Value {
    let problems = report["problems"].as_array().unwrap();
    let placed = problems.iter().filter(|it| it["position"].is_u64());
    placed.min_by_key(|it| it["position"].as_u64()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_list_of_hashes_every_trick_is_found_too() {
    let lab = filled().await;
    let out = lab.exported("out");
    std::fs::remove_file(out.0.join("hashes.txt")).unwrap();
    assert_eq!(lab.report("out", &[]).0, 0, "the list is no part that must be there");
    for (name, trick, ..) in TRICKS {
        let copy = out.copy(name);
        let mut lines = copy.lines("leaves.jsonl");
        trick(&mut lines);
        copy.put_lines("leaves.jsonl", &lines);
        let (code, report) = lab.report(name, &[]);
        assert_eq!(code, 1, "{name}: {report:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_off_end_that_is_signed_anew_is_found_against_an_earlier_checkpoint_only() {
    let lab = filled().await;
    let cut = lab.exported("out").copy("cut");
    let lines = cut.lines("leaves.jsonl");
    cut.put_lines("leaves.jsonl", &lines[..9]);
    let texts = cut.lines("texts.jsonl");
    cut.put_lines("texts.jsonl", &texts[..3]);
    assert_eq!(lab.report("cut", &[]).0, 1, "the export's own checkpoint says how many there are");
    cut.sign_anew(&lab::key());

    let said = lab.verify("cut", &[]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("a cut-off end cannot be excluded"), "{}", said.out);
    assert!(said.out.contains("no earlier checkpoint to compare with"), "{}", said.out);

    let earlier = ["--checkpoint", "data/checkpoints/latest"];
    let (code, report) = lab.report("cut", &earlier);
    assert_eq!((code, &report["end_confirmed_to"]), (1, &json!(null)));
    assert_eq!(problem(&report, "cut_off")["position"], json!(9));
    let said = lab.verify("cut", &earlier);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("the checkpoint over 12 entries confirms nothing"), "{}", said.out);
    assert!(said.out.contains("the end is cut off"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_its_own_key_signed_anew_is_found_against_an_earlier_checkpoint() {
    let lab = filled().await;
    let forged = lab.exported("out").copy("forged");
    let mut lines = forged.lines("leaves.jsonl");
    lines[5] = lines[5].replace("p-1", "p-9");
    forged.put_lines("leaves.jsonl", &lines);
    forged.sign_anew(&lab::key());
    assert_eq!(lab.report("forged", &[]).0, 0, "whoever has the key can sign anything");
    let (code, report) = lab.report("forged", &["--checkpoint", "data/checkpoints/12.checkpoint"]);
    assert_eq!(code, 1);
    problem(&report, "forked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_text_checkpoint_or_manifest_is_found() {
    let lab = filled().await;
    let out = lab.exported("out");
    let cases: [(&str, &str, &str, &str); 4] = [
        ("text_changed", "texts.jsonl", "month-end", "year-end"),
        ("signature_invalid", "checkpoint", "\n12\n", "\n11\n"),
        ("manifest_differs", "manifest.json", "\"size\":12", "\"size\":13"),
        ("hash_list_differs", "hashes.txt", "a", "b"),
    ];
    for (sort, file, from, to) in cases {
        let copy: Copy = out.copy(sort);
        let text = copy.read(file);
        assert!(text.contains(from), "{file}: {text}");
        copy.put(file, &text.replacen(from, to, 1));
        let (code, report) = lab.report(sort, &[]);
        assert_eq!(code, 1, "{sort}");
        problem(&report, sort);
    }
}

async fn filled() -> Lab {
    let lab = Lab::sqlite().await;
    lab.append(0..12).await;
    lab.sign().await;
    lab
}
