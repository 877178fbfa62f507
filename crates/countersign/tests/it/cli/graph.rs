//! `countersign graph` of a server: the same answers, in the same words, as over the files that the
//! server's system was made of.

use serde_json::Value;

use super::{Desk, EDGES, TWICE, countersign, nodes};
use crate::scan::validate;

const PAYMENTS: &str = "sandbox/erp/role/payments";
const PAYMENT: &str = "sandbox/erp/entitlement/payment";

/// A folder with what the server read, as files.
fn files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("nodes.csv"), nodes()).expect("a file");
    std::fs::write(folder.path().join("edges.csv"), EDGES).expect("a file");
    folder
}

/// Without what must differ: who said it, where, and when that was read.
fn bare(mut reply: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("rests_on");
                fields.remove("because");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut reply);
    reply
}

/// The same of a table, where that stands in lines of its own.
fn bare_text(text: &str) -> Vec<&str> {
    let is_same = |line: &&str| !line.starts_with("Rests on") && !line.starts_with("        ");
    text.lines().filter(is_same).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_answers_as_files_with_the_same_facts_do() {
    let desk = Desk::open().await;
    let folder = files();
    let from = folder.path().display().to_string();
    let all = desk.json("auditor", &["graph", "what-if", "--remove", &grant()]).await;
    let fingerprint = all["ended"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned();
    let removed = grant();
    let begins = fingerprint.get(..16).expect("a long one");
    let questions: [&[&str]; 17] = [
        &["stats"],
        &["reach", TWICE],
        &["reach", TWICE, "--edge", "member_of", "--edge", "assumes"],
        &["who-can", PAYMENTS],
        &["who-can", "--action", "appr*", "--resource", "*"],
        &["blast", TWICE],
        &["path", TWICE, PAYMENT],
        &["path", PAYMENT, TWICE],
        &["path", TWICE, PAYMENT, "--all"],
        &["path", TWICE, PAYMENT, "--all", "--limit", "1", "--depth", "3"],
        &["ways", begins],
        &["ways", begins, "--of", TWICE, "--limit", "1"],
        &["reach", TWICE, "--depth", "1", "--limit", "1"],
        &["cut", begins],
        &["cut", begins, "--set"],
        &["cut", "--all", "--top", "3"],
        &["what-if", "--remove", &removed],
    ];
    for question in questions.into_iter().chain([&["verify"][..]]) {
        let asked = [&["graph"], question].concat();
        let over = [&asked[..], &["--from", &from]].concat();
        let json = desk.json("auditor", &asked).await;
        validate("graph.schema.json", &json);
        let said = countersign(&[&over[..], &["--format", "json"]].concat(), &[]).await;
        assert_eq!(said.code, 0, "{question:?}: {said:?}");
        assert_eq!(bare(json), bare(said.json()), "{question:?}");
        let table = desk.ok("auditor", &asked).await;
        assert!(table.contains("Rests on erp read at"), "{table}");
        let said = countersign(&over, &[]).await;
        assert_eq!(said.code, 0, "{question:?}: {said:?}");
        assert_eq!(bare_text(&table), bare_text(&said.out), "{question:?}");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_tells_of_a_past_time_and_what_is_different_since() {
    let desk = Desk::open().await;
    let stats = desk.json("auditor", &["graph", "stats"]).await;
    let then = stats["rests_on"][0]["read_at"].as_str().expect("an instant");
    assert_eq!(desk.json("auditor", &["graph", "stats", "--at", then]).await, stats);
    let since = ["graph", "difference", "--since", then];
    let difference = desk.json("auditor", &since).await;
    validate("graph.schema.json", &difference);
    assert_eq!(difference["nodes"]["came_total"], 0);
    let said = desk.ok("auditor", &since).await;
    assert!(said.contains("nodes: 0 came, 0 went, 0 are otherwise"), "{said}");
    assert!(said.contains("The earlier time:") && said.contains("Rests on erp read at"), "{said}");
    desk.end().await;
}

fn grant() -> String {
    format!("{PAYMENTS},grants,{PAYMENT}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_cannot_answer_ends_as_it_does_over_files() {
    let desk = Desk::open().await;
    let table: [(&[&str], &str); 11] = [
        (&["reach", "nobody"], "no source knows a node `nobody`"),
        (&["path", TWICE, "nobody"], "no source knows a node `nobody`"),
        (&["cut", "feed"], "the graph has no finding `feed`"),
        (&["what-if"], "nothing to try"),
        (&["what-if", "--remove", "ana,likes,pay"], "is no edge"),
        (&["what-if", "--remove", "ana,grants,pay"], "no source says an edge"),
        (&["verify", "--no-builtin"], "a server judges by its own rules"),
        (&["stats", "--default-namespace", "n"], "--from"),
        (&["stats", "--at", "soon"], "`soon` is no time"),
        (&["difference", "--since", "2001-01-01"], "the first read began"),
        (&["difference", "--since", "1d", "--from", "."], "files have no past"),
    ];
    for (question, words) in table {
        let said = desk.run("auditor", &[&["graph"], question].concat()).await;
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{question:?}: {said:?}");
        assert!(said.err.contains(words), "{question:?}: {}", said.err);
    }
    let said = desk.bare(&["graph", "stats"], &[]).await;
    assert_eq!(said.code, 1, "nobody asks: {said:?}");
    assert!(said.err.contains("no token was given"), "{}", said.err);
    desk.end().await;
}
