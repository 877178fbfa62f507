//! Roots, proofs, tiles and signed checkpoints against two independent implementations in Python,
//! pymerkle and aics-tlog, through `independent.py` beside this file.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail the test")]

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use countersign_ledger::key::SigningKey;
use countersign_ledger::leaf::Leaf;
use countersign_ledger::note::Checkpoint;
use countersign_ledger::tile;
use countersign_ledger::tree::{Hash, Tree, leaf_hash};
use serde_json::{Value, json};

const ORIGIN: &str = "hospital.example/countersign";
const SECRET: [u8; 32] = [0x2a; 32];
const SIZES: [u64; 14] = [1, 2, 3, 4, 5, 7, 8, 64, 127, 128, 129, 200, 257, 600];

/// Names the Python interpreter that has both packages.
const PYTHON: &str = "COUNTERSIGN_TEST_PYTHON";

#[test]
fn two_independent_implementations_agree_on_roots_proofs_tiles_and_checkpoints() {
    let Some(python) = interpreter() else { return };
    let leaves: Vec<Vec<u8>> = (0..SIZES[13]).map(|number| leaf(number).bytes().unwrap()).collect();
    let tree: Tree = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let key = SigningKey::from_secret(ORIGIN, &SECRET).unwrap();
    let question = question(&leaves, &tree, &key);
    let answer = ask(&python, &question);

    for part in ["roots", "inclusion", "consistency", "checkpoints"] {
        let asked = question[part].as_array().unwrap().len();
        assert_eq!(answer[part], json!(asked), "{part}: {answer}");
        assert!(asked >= SIZES.len(), "{part}");
    }
    assert_eq!(answer["tiles"], json!(question["tiles"].as_object().unwrap().len()));
    assert_eq!(answer["versions"], json!({"pymerkle": "7.0.0", "aics-tlog": "0.2.1"}));
    let theirs = answer["signed_elsewhere"].as_str().unwrap();
    let opened = Checkpoint::open(theirs, &[&key.verifier()]).unwrap();
    assert_eq!(opened, checkpoint(&tree, SIZES[13]));
    assert_eq!(theirs, opened.sign(&[&key]).unwrap(), "Ed25519 gives one signature only");
}

#[expect(clippy::print_stderr, reason = "a person must see what was not tested")]
fn interpreter() -> Option<String> {
    let python = std::env::var(PYTHON).ok().filter(|path| !path.is_empty());
    let how = format!(
        "to compare the ledger with pymerkle and aics-tlog, run `cargo xtask test`, or prepare it by hand: \
         `python3 -m venv DIR`, `DIR/bin/pip install --ignore-requires-python pymerkle==7.0.0 aics-tlog==0.2.1`, \
         and set {PYTHON}=DIR/bin/python"
    );
    if python.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{PYTHON} is not set; {how}");
        eprintln!("NOT TESTED: agreement with two independent implementations; {how}");
    }
    python
}

fn ask(python: &str, question: &Value) -> Value {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("independent-{}.json", std::process::id()));
    std::fs::write(&file, question.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/independent.py");
    let output =
        Command::new(python).arg(script).arg(&file).output().unwrap_or_else(|refusal| {
            panic!("`{python}` of {PYTHON} cannot be started: {refusal}")
        });
    std::fs::remove_file(&file).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn question(leaves: &[Vec<u8>], tree: &Tree, key: &SigningKey) -> Value {
    let lines: Vec<&str> = leaves.iter().map(|leaf| str::from_utf8(leaf).unwrap()).collect();
    let tiles: serde_json::Map<String, Value> = tile::tiles(0, tree.frontier().size())
        .map(|tile| {
            let bytes = tile.bytes(|subtree| tree.subtree(subtree)).unwrap();
            let hashes = bytes.chunks_exact(32).map(|hash| Hash(hash.try_into().unwrap()));
            (tile.path(), json!(hashes.map(Hash::to_hex).collect::<String>()))
        })
        .collect();
    json!({
        "origin": ORIGIN,
        "secret": base64::engine::general_purpose::STANDARD.encode(SECRET),
        "leaves": lines,
        "roots": SIZES.map(|size| json!({"size": size, "root": tree.root_at(size).unwrap()})),
        "inclusion": inclusion(tree),
        "consistency": consistency(tree),
        "checkpoints": SIZES.map(|size| json!({
            "origin": ORIGIN,
            "size": size,
            "vkey": key.verifier().to_string(),
            "note": checkpoint(tree, size).sign(&[key]).unwrap(),
        })),
        "tiles": tiles,
    })
}

/// Every leaf of small trees, and the edges and some in between of large ones.
fn inclusion(tree: &Tree) -> Vec<Value> {
    let places = |size: u64| (0..size).filter(move |at| size <= 8 || at % 31 == 0 || at + 3 > size);
    let asked = SIZES.iter().flat_map(|size| places(*size).map(move |index| (index, *size)));
    asked
        .map(|(index, size)| {
            let path = tree.inclusion(index, size).unwrap();
            json!({"index": index, "size": size, "path": path})
        })
        .collect()
}

fn consistency(tree: &Tree) -> Vec<Value> {
    let pairs = SIZES.iter().flat_map(|old| SIZES.iter().map(move |new| (*old, *new)));
    pairs
        .filter(|(old, new)| old <= new)
        .map(|(old, new)| {
            json!({"old": old, "new": new, "path": tree.consistency(old, new).unwrap()})
        })
        .collect()
}

fn checkpoint(tree: &Tree, size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root_at(size).unwrap() }
}

fn leaf(number: u64) -> Leaf {
    Leaf {
        subject: format!("finding:{}", number % 7),
        sequence: number / 7 + 1,
        name: "finding.noted.1".to_owned(),
        at: "2026-01-31T12:00:00Z".to_owned(),
        actor: "identity:7".to_owned(),
        policy: "sha256:00".to_owned(),
        cause: None,
        authority: None,
        body: json!({"number": number, "word": "Gesch\u{e4}ftsf\u{fc}hrung \u{1f600} \"\\"}),
    }
}
