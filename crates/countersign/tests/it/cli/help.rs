//! The help of every verb: it has one example, and the example works in the demo.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::countersign;

/// Every verb that asks a server.
const VERBS: &[(&str, &[&str])] = &[
    (
        "finding",
        &[
            "list",
            "show",
            "history",
            "remedies",
            "assign",
            "choose",
            "preview",
            "order",
            "withdraw-order",
            "dispute",
            "settle",
        ],
    ),
    (
        "exception",
        // In an order in which each finds what it needs; `until_in_force` stands between.
        &[
            "propose",
            "list",
            "untested",
            "show",
            "history",
            "accept",
            "confirm",
            "sign",
            "suspend",
            "resume",
            "veto",
            "answer",
            "revoke",
            "reject",
            "withdraw",
            "activate",
            "renew",
            "hand-over",
            "take-over",
        ],
    ),
    (
        "review",
        &[
            "stage", "list", "show", "start", "items", "item", "decide", "delegate", "pause",
            "resume", "history", "cancel", "accept", "reject",
        ],
    ),
    ("graph", &["stats", "reach", "who-can", "blast", "path", "ways", "cut", "what-if", "verify"]),
    ("person", &["list", "show", "appoint", "appoint-for-case", "deactivate"]),
    ("process", &["list", "define"]),
    ("accountability", &["list", "gaps", "attest", "hand-over", "take-over"]),
    ("system", &["list", "show", "sync"]),
    ("run", &["list", "release"]),
    ("ledger", &["entries", "checkpoint", "proof"]),
];

/// The one example in the help of a verb.
async fn example(noun: &str, verb: &str) -> String {
    let help = countersign(&[noun, verb, "--help"], &[]).await;
    assert_eq!(help.code, 0, "{noun} {verb}");
    let beginning = format!("Example: countersign {noun} {verb}");
    let examples: Vec<&str> =
        help.out.lines().filter(|line| line.starts_with(&beginning)).collect();
    assert_eq!(examples.len(), 1, "{}", help.out);
    assert!(help.out.contains("COUNTERSIGN_SERVER"), "{}", help.out);
    assert!(help.out.contains("COUNTERSIGN_TOKEN"), "{}", help.out);
    examples[0].trim_start_matches("Example: countersign ").to_owned()
}

/// A demo in a folder of its own, once it has told its story, and where it listens.
async fn demo(folder: &std::path::Path) -> (Child, String) {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["demo", "--data", ".countersign/demo", "--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(demo.stdout.take().expect("its output")).lines();
    let mut address = None;
    while let Some(line) = lines.next_line().await.expect("a line") {
        if let Some(rest) = line.strip_prefix("Running at ") {
            address = rest.split_whitespace().next().map(str::to_owned);
        }
        if line.starts_with("One token for each person") {
            break;
        }
    }
    (demo, address.expect("the demo goes on as a server"))
}

/// Longest wait for a control to be tested.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Runs an example as somebody types it who stands beside the demo.
async fn typed(example: &str, folder: &Path, server: &str) -> Output {
    Command::new("bash")
        .args(["-c", &format!("\"$COUNTERSIGN\" {example}")])
        .env("COUNTERSIGN", env!("CARGO_BIN_EXE_countersign"))
        .env("COUNTERSIGN_SERVER", server)
        .current_dir(folder)
        .output()
        .await
        .expect("bash starts")
}

/// Waits until the control of the first exception was tested, which happens by itself.
async fn until_in_force(folder: &Path, server: &str) {
    let show = "exception show EX-15 --format json --token-file \
                .countersign/demo/tokens/pieter-langeveld";
    let begin = Instant::now();
    loop {
        let output = typed(show, folder, server).await;
        let whole: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        if whole["in_force"] == true {
            return;
        }
        assert!(begin.elapsed() < WAIT_MAX, "{whole:#}");
    }
}

/// Waits until the items of the first review are before people, which happens by itself.
async fn until_asked(folder: &Path, server: &str) {
    let show = "review show RV-1 --format json --token-file \
                .countersign/demo/tokens/pieter-langeveld";
    let begin = Instant::now();
    loop {
        let output = typed(show, folder, server).await;
        let whole: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        if whole["status"] == "active" {
            return;
        }
        assert!(begin.elapsed() < WAIT_MAX, "{whole:#}");
    }
}

#[tokio::test]
async fn the_help_of_every_verb_has_one_example_and_it_works_in_the_demo() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut demo, server) = demo(folder.path()).await;
    for (noun, verbs) in VERBS {
        for verb in *verbs {
            let example = example(noun, verb).await;
            if example.starts_with("run release") {
                continue; // no read is held in the demo: `cli::verb` releases one
            }
            if example.starts_with("finding withdraw-order") {
                continue; // nothing is run by hand in the demo: `cli::verb` takes an order back
            }
            if example.starts_with("exception activate") {
                continue; // it comes into force by itself: `cli::exception` is told what is missing
            }
            if example.starts_with("review accept") || example.starts_with("review reject") {
                continue; // nothing is proven in a moment: `story::review` lives one to its end
            }
            if example.starts_with("review items") {
                until_asked(folder.path(), &server).await;
            }
            if example.starts_with("exception suspend") {
                until_in_force(folder.path(), &server).await;
            }
            // Three, so that one can be revoked, one rejected and one taken back.
            let times = if example.starts_with("exception propose") { 3 } else { 1 };
            for _ in 0..times {
                let output = typed(&example, folder.path(), &server).await;
                assert!(output.status.success(), "{example}: {output:?}");
            }
        }
    }
    demo.kill().await.expect("the demo ends");
}
