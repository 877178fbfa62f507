//! `countersign demo` as somebody sees it who has just cloned the project: the story, the server that
//! goes on after it, and what it does where something is in its way.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_store::Store;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Said, countersign_in};
use crate::lab::check::states_are_folds;
use crate::started::Started;

/// Where the story stops, in order.
const STATIONS: [&str; 8] =
    ["HISTORY", "OBSERVE", "JUDGE", "DECIDE", "ACT", "PROVE", "AGAIN", "LEDGER"];

/// The last thing that is said.
const LAST: &str = "One token for each person";

/// A folder for a demo.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs a demo to its end, on a port that is free.
fn demo(folder: &Path, more: &[&str]) -> Said {
    let words = ["demo", "--data", "data", "--listen", "127.0.0.1:0"];
    countersign_in(folder, &[&words, more].concat())
}

/// Starts a demo that goes on; answers its address and what it said.
pub(crate) fn goes_on(folder: &Path, more: &[&str]) -> (Started, String, String) {
    let words = ["demo", "--data", "data", "--listen", "127.0.0.1:0"];
    let mut demo = Started::new(folder, &[&words, more].concat(), &[]);
    let said = demo.until_said(LAST);
    let address = address(&said);
    (demo, address, said)
}

fn address(said: &str) -> String {
    let line = said.lines().find(|line| line.starts_with("Running at")).expect("an address");
    line.split_whitespace().nth(2).expect("an address").to_owned()
}

async fn text(address: &str, path: &str, token: &str) -> String {
    let answer = reqwest::Client::new().get(format!("{address}{path}")).bearer_auth(token).send();
    answer.await.expect("the server answers").text().await.expect("a whole answer")
}

/// The names of what happened to a finding.
async fn events(folder: &Path, address: &str, reference: &str) -> Vec<String> {
    let token =
        std::fs::read_to_string(folder.join("data/tokens/pieter-langeveld")).expect("a token");
    let path = format!("/api/v1/findings/{reference}/history");
    let history: Value = serde_json::from_str(&text(address, &path, &token).await).expect("JSON");
    let items = history["items"].as_array().unwrap_or_else(|| panic!("{history:#}"));
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

/// The reference of the finding of which the story says this.
fn of(story: &str, words: &str) -> String {
    let line = story.lines().find(|line| line.contains(words)).expect("a line of the story");
    let reference = line.split_whitespace().find(|word| word.starts_with("FN-"));
    reference.expect("a reference").to_owned()
}

/// How many of a list stand where.
async fn by_status(folder: &Path, address: &str, list: &str) -> BTreeMap<String, usize> {
    let token = std::fs::read_to_string(folder.join("data/tokens/pieter-langeveld"));
    let path = format!("/api/v1/{list}?limit=100");
    let told = text(address, &path, &token.expect("a token")).await;
    let list: Value = serde_json::from_str(&told).expect("JSON");
    let mut counts = BTreeMap::new();
    for item in list["items"].as_array().unwrap_or_else(|| panic!("{list:#}")) {
        *counts.entry(item["status"].as_str().expect("a status").to_owned()).or_default() += 1;
        if item["overdue"] == true {
            *counts.entry("overdue".to_owned()).or_default() += 1;
        }
    }
    counts
}

fn counted(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().display().to_string()).collect()
}

/// Everything that was decided is in the export, and the export is whole.
fn ledger_is_whole(folder: &Path, out: &str) -> String {
    let exported = countersign_in(folder, &["ledger", "export", "--data", "data", "--out", out]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let verify = ["ledger", "verify", out, "--key", "data/ledger.vkey"];
    let latest = ["--checkpoint", "data/checkpoints/latest"];
    let verified = countersign_in(folder, &[&verify[..], &latest].concat());
    assert_eq!(verified.code, 0, "{verified:?}");
    std::fs::read_to_string(folder.join(out).join("leaves.jsonl")).expect("the leaves")
}

#[tokio::test]
async fn the_story_is_told_once_and_its_ledger_is_kept_by_the_next_run() {
    let folder = folder();
    let said = demo(folder.path(), &["--fresh", "--story-only"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let at: Vec<_> = STATIONS.iter().map(|station| said.out.find(station)).collect();
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{at:?}\n{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "no colour where there is no terminal");
    assert!(said.out.contains("orders it herself: refused"), "{}", said.out);
    let (fixed, stays) = (of(&said.out, " ended: fixed"), of(&said.out, " stays open "));
    assert_ne!(fixed, stays);
    for entry in std::fs::read_dir(folder.path().join("data/tokens")).expect("tokens") {
        let about = entry.expect("an entry").metadata().expect("about it");
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "a token is its owner's alone");
    }
    let before = ledger_is_whole(folder.path(), "first");

    let (demo, address, said) = goes_on(folder.path(), &[]);
    assert!(said.contains("told here before") && !said.contains("OBSERVE"), "{said}");
    assert!(said.contains(&format!("countersign finding show {fixed}")), "{said}");
    let happened = events(folder.path(), &address, &fixed).await;
    let has = |name: &str| happened.iter().filter(|it| it.as_str() == name).count();
    let counts = ["refused", "ordered", "fulfilled", "ended"];
    assert_eq!(counts.map(|it| has(&format!("finding.{it}.1"))), [1; 4], "{happened:?}");
    let happened = events(folder.path(), &address, &stays).await;
    let has = |name: &str| happened.iter().filter(|it| it.as_str() == name).count();
    let counts = ["ordered", "fulfilled", "not_verified", "ended"];
    assert_eq!(counts.map(|it| has(&format!("finding.{it}.1"))), [1, 1, 1, 0], "{happened:?}");
    demo.signal("TERM");
    let ended = demo.ended().await;
    assert_eq!((ended.status.code(), ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let after = ledger_is_whole(folder.path(), "second");
    assert!(after.starts_with(&before), "what was in the ledger is in it");
}

#[tokio::test]
async fn ninety_days_leave_findings_and_exceptions_wherever_they_can_stand() {
    let folder = folder();
    let (demo, address, said) = goes_on(folder.path(), &[]);
    let findings = by_status(folder.path(), &address, "findings").await;
    let expected = [
        ("open", 2),
        ("assigned", 15),
        ("chosen", 1),
        ("remediating", 1),
        ("fixed", 5),
        ("gone", 2),
        ("not_toxic", 1),
    ];
    let mut findings = findings;
    let overdue = findings.remove("overdue").unwrap_or_default();
    assert!(overdue > 3, "{overdue} findings are overdue");
    assert_eq!(findings, counted(&expected));
    let exceptions = by_status(folder.path(), &address, "exceptions").await;
    let expected = [
        ("in_review", 3),
        ("active", 3),
        ("suspended", 2),
        ("expired", 1),
        ("moot", 1),
        ("rejected", 1),
        ("revoked", 1),
        ("vetoed", 1),
        ("withdrawn", 1),
    ];
    assert_eq!(exceptions, counted(&expected));

    // Each seat is told what it owes, and the order in the system that is not ours waits for a person.
    for owes in [
        "Annelies Kuipers (business): 1 exception waits for your signature",
        "Thomas Ashworth (business): 1 veto waits for your answer",
        "1 exception is suspended because a control failed",
        "1 script is to be run by hand",
        "Rachel Lockwood (security): 1 dispute waits for an answer",
        "Femke Brouwer (legal): 1 exception waits for your signature",
    ] {
        assert!(said.contains(owes), "{owes}: {said}");
    }
    demo.signal("TERM");
    let ended = demo.ended().await;
    assert_eq!((ended.status.code(), ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let leaves = ledger_is_whole(folder.path(), "export");
    for happened in ["finding.recurred.1", "exception.veto_answered.1", "exception.resumed.1"] {
        assert!(leaves.contains(happened), "{happened}");
    }
    let database = format!("sqlite:{}", folder.path().join("data/countersign.db").display());
    let store = Store::open(&database).await.expect("the database of the demo");
    let gaps = 4;
    assert_eq!(states_are_folds(&store).await, 27 + 14 + 13 + 4 + 5 + 1 + gaps);
    assert_eq!(leaves.matches("gap.opened.1").count(), gaps, "each begins once");
}

#[tokio::test]
async fn the_server_goes_on_after_the_story_has_the_folder_alone_and_ends_when_told() {
    let folder = folder();
    let (demo, address, _) = goes_on(folder.path(), &[]);
    let before = names(&folder.path().join("data"));
    for more in [&["--story-only"][..], &["--story-only", "--fresh"]] {
        let second = self::demo(folder.path(), more);
        assert_eq!(second.code, 3, "{second:?}");
        assert!(second.err.contains("`data` is in use by a server that runs"), "{}", second.err);
    }
    assert_eq!(names(&folder.path().join("data")), before, "nothing was removed");
    assert_eq!(text(&address, "/healthz", "").await, "ok\n");

    // Somebody who has called and says nothing keeps nobody from going.
    let host = address.strip_prefix("http://").expect("an address");
    let _silent = TcpStream::connect(host).expect("a connection");
    let mut begun = TcpStream::connect(host).expect("a connection");
    std::io::Write::write_all(&mut begun, b"GET /healthz HT").expect("a part of a question");
    let begin = std::time::Instant::now();
    demo.signal("TERM");
    let ended = demo.ended().await;
    assert_eq!((ended.status.code(), ended.out.as_str()), (Some(0), ""), "{ended:?}");
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    let leaves = ledger_is_whole(folder.path(), "export");
    assert!(leaves.contains("finding.not_verified.1"), "to the end of the story");
}

#[test]
fn a_folder_that_is_no_demo_is_left_as_it_is() {
    let folder = folder();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("organisation")).expect("a folder");
    std::fs::write(data.join("sandbox.json"), "mine").expect("a file");
    for more in [&["--fresh"][..], &[]] {
        let said = demo(folder.path(), &[more, &["--story-only"]].concat());
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("`data` holds something that is no demo"), "{}", said.err);
    }
    let left = names(&data).into_iter().collect::<Vec<_>>();
    assert_eq!(left, ["organisation", "sandbox.json"], "nothing is removed and nothing added");
    let said = countersign_in(folder.path(), &["demo", "--data", "data/sandbox.json/below"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("give a folder that this account may write"), "{}", said.err);
}

#[tokio::test]
async fn a_story_that_was_broken_off_is_not_passed_off_as_told() {
    let folder = folder();
    let words = ["demo", "--data", "data", "--listen", "127.0.0.1:0"];
    let mut broken_off = Started::new(folder.path(), &words, &[]);
    broken_off.until_said("HISTORY");
    broken_off.kill();
    let said = demo(folder.path(), &["--story-only"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("broken off") && said.err.contains("`--fresh`"), "{}", said.err);
    let said = demo(folder.path(), &["--fresh", "--story-only"]);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn without_a_terminal_and_with_its_port_taken_the_story_is_told_all_the_same() {
    let folder = folder();
    // Where it is not free already, somebody else has it, which is as good.
    let _taken = TcpListener::bind("127.0.0.1:7411");
    let program = env!("CARGO_BIN_EXE_countersign");
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" demo --data data --story-only <&-", program]);
    let output = command.current_dir(folder.path()).env_clear().stderr(Stdio::piped()).output();
    let output = output.expect("a shell");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!address(&said).ends_with(":7411"), "{said}");
    assert!(said.contains("export COUNTERSIGN_SERVER=http://127.0.0.1:"), "{said}");
}

#[test]
fn a_port_that_was_asked_for_and_is_taken_is_said() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = countersign_in(folder.path(), &["demo", "--data", "data", "--listen", &address]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains(&format!("cannot listen on {address}")), "{}", said.err);
    let left = names(&folder.path().join("data")).into_iter().collect::<Vec<_>>();
    assert_eq!(left, ["lock"], "nothing is left to begin anew");
}

#[test]
fn wrong_flags_are_usage_errors() {
    let folder = folder();
    for more in [&["--listen", "nonsense"][..], &["--no-such-flag"], &["something"], &["--data"]] {
        let said = countersign_in(folder.path(), &[&["demo"], more].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{more:?} {said:?}");
    }
    assert_eq!(names(folder.path()), BTreeSet::new(), "nothing is made");
}
