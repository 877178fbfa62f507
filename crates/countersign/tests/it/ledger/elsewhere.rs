//! An export checked by programs that are not ours: two Merkle tree libraries, and the recipe that the
//! guide gives to an auditor, word for word.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::lab::{self, Copy, Lab};

/// Names the Python interpreter that has both libraries.
const PYTHON: &str = "COUNTERSIGN_TEST_PYTHON";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_independent_libraries_find_the_same_root_and_accept_the_checkpoint() {
    let Some(python) = interpreter() else { return };
    let lab = filled().await;
    let root = lab.sign().await;
    let out = lab.exported("out");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/ledger/independent.py");
    let said = run(&python, &script, &[&out.0]);
    assert!(said.status.success(), "{said:?}");
    let answer: Value = serde_json::from_slice(&said.stdout).unwrap();
    let versions = json!({"pymerkle": "7.0.0", "aics-tlog": "0.2.1"});
    assert_eq!(
        answer,
        json!({"origin": lab::ORIGIN, "size": 37, "root": root.to_hex(), "versions": versions})
    );
    let mut lines = out.lines("leaves.jsonl");
    lines.swap(3, 4);
    out.put_lines("leaves.jsonl", &lines);
    assert!(!run(&python, &script, &[&out.0]).status.success(), "the script can say no");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recipe_of_the_guide_checks_an_export_without_our_program() {
    let Some(python) = any_python() else { return };
    let lab = Lab::sqlite().await;
    let script = lab.path("recipe.py");
    std::fs::write(&script, recipe()).unwrap();
    let (key, earlier) = (lab.path("data/ledger.vkey"), lab.path("data/checkpoints/1.checkpoint"));
    let mut already = 0;
    for size in [1, 2, 3, 37, 64] {
        lab.append(already..size).await;
        already = size;
        let root = lab.sign().await;
        let out = lab.exported(&format!("size-{size}"));
        let said = run(&python, &script, &[&out.0, &key, &earlier]);
        assert!(said.status.success(), "{said:?}");
        let words = String::from_utf8(said.stdout).unwrap();
        let texts = size.div_ceil(4);
        for part in [
            format!("{size} entries, root {root}: the root is the one in the checkpoint"),
            "the first 1 entries are those of the earlier checkpoint".to_owned(),
            format!("{texts} of {texts} texts present and right"),
        ] {
            assert!(words.contains(&part), "{part}: {words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recipe_of_the_guide_finds_what_was_changed() {
    let Some(python) = any_python() else { return };
    let lab = filled().await;
    lab.sign().await;
    let script = lab.path("recipe.py");
    std::fs::write(&script, recipe()).unwrap();
    let out = lab.exported("out");
    let (key, earlier) = (lab.path("data/ledger.vkey"), lab.path("data/checkpoints/latest"));
    let refused = |folder: &Copy, words: &str| {
        let said = run(&python, &script, &[&folder.0, &key, &earlier]);
        let why = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(
            !said.status.success() && why.starts_with("NOT WHOLE") && why.contains(words),
            "{words}: {said:?}"
        );
    };
    for (file, from, to, words) in [
        ("leaves.jsonl", "p-1", "p-9", "the root is another one"),
        ("texts.jsonl", "month-end", "year-end", "is not the one in an entry"),
        ("checkpoint", "\n37\n", "\n36\n", "is not signed by the key"),
    ] {
        let copy = out.copy(&format!("changed-{file}"));
        copy.put(file, &out.read(file).replacen(from, to, 1));
        refused(&copy, words);
    }
    let cut = out.copy("cut");
    let lines: Vec<String> = out.lines("leaves.jsonl").into_iter().take(9).collect();
    cut.put_lines("leaves.jsonl", &lines);
    cut.sign_anew(&lab::key());
    refused(&cut, "the end is cut off");
    let forged = out.copy("forged");
    forged.put("leaves.jsonl", &out.read("leaves.jsonl").replacen("p-1", "p-9", 1));
    forged.sign_anew(&lab::key());
    refused(&forged, "the history was written anew");
    forged.sign_anew(&lab::other_key());
    refused(&forged, "is not signed by the key");
    lab.erase(8).await;
    let erased = lab.exported("erased");
    let said = run(&python, &script, &[&erased.0]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("9 of 10 texts present"), "{said:?}");
}

/// The one block of Python in the guide.
fn recipe() -> String {
    let guide =
        std::fs::read_to_string(lab::repository("docs/guide/verify-the-ledger.md")).unwrap();
    let mut blocks = guide.split("```python\n").skip(1);
    let block = blocks.next().and_then(|rest| rest.split("\n```").next()).unwrap();
    assert!(blocks.next().is_none(), "one recipe only");
    assert!(!block.contains("pymerkle") && !block.contains("countersign"), "{block}");
    format!("{block}\n")
}

fn run(python: &str, script: &Path, paths: &[&PathBuf]) -> Output {
    Command::new(python)
        .arg(script)
        .args(paths)
        .output()
        .unwrap_or_else(|refusal| panic!("`{python}` cannot be started: {refusal}"))
}

fn interpreter() -> Option<String> {
    let python = std::env::var(PYTHON).ok().filter(|path| !path.is_empty());
    if python.is_none() {
        let why = format!("{PYTHON} is not set: `cargo xtask test` prepares it and sets it");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
        eprintln!("NOT TESTED: an export with two independent libraries; {why}");
    }
    python
}

/// The recipe needs nothing but Python itself.
fn any_python() -> Option<String> {
    let given = std::env::var(PYTHON).ok().filter(|path| !path.is_empty());
    let python = given.unwrap_or_else(|| "python3".to_owned());
    if Command::new(&python).arg("--version").output().is_ok() {
        return Some(python);
    }
    let why = "there is no `python3`: install it";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
    eprintln!("NOT TESTED: the recipe of the guide; {why}");
    None
}

async fn filled() -> Lab {
    let lab = Lab::sqlite().await;
    lab.append(0..37).await;
    lab
}
