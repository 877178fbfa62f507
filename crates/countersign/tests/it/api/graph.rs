//! Questions to the graph over HTTP: answers in the form that programs rely on, ids as real systems have
//! them, limits that are said, and what cannot be answered.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Scope, alone, issued, reading};
use crate::lab::{Keep, Lab};
use crate::scan::validate;

const CLERK: &str = "shop%2Faccount%2Fclerk-1";

async fn ask(lab: &Lab, path: &str) -> Value {
    let reply = lab.get("auditor", &format!("/graph/{path}")).await.ok();
    assert_eq!(reply["version"], 1, "{path}");
    assert_eq!((&reply["partial"], &reply["why_partial"]), (&json!(false), &json!([])), "{path}");
    assert_eq!(reply["rests_on"][0]["source"], "shop", "{path}");
    assert_eq!(reply["rests_on"][0]["complete"], true, "{path}");
    validate("graph.schema.json", &reply);
    reply
}

fn ids(reply: &Value) -> Vec<&str> {
    let answers = reply["answers"].as_array().expect("a list");
    answers.iter().map(|it| it["id"].as_str().expect("an id")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_is_answered_in_the_form_that_files_are_answered_in() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 2).await else { return };
    let stats = ask(&lab, "stats").await;
    assert_eq!((&stats["nodes_by_kind"]["account"], &stats["edges"]), (&json!(2), &json!(6)));
    let reach = ask(&lab, &format!("reach?id={CLERK}")).await;
    let all = ["shop/ent/payment", "shop/ent/vendor", "shop/role/payments", "shop/role/suppliers"];
    assert_eq!(ids(&reach), all);
    assert_eq!(reach["answers"][0]["via"]["id"], "shop/role/payments");
    let along = ask(&lab, &format!("reach?id={CLERK}&edge=member_of,assumes")).await;
    assert_eq!(ids(&along), all[2..]);
    // An id may stand there as it is, too.
    let who = ask(&lab, "who-can?id=shop/ent/vendor").await;
    assert_eq!(ids(&who), ["shop/account/clerk-1", "shop/account/clerk-2"]);
    let who = ask(&lab, "who-can?action=*&resource=*").await;
    assert_eq!(who["total"], 2, "a star is good for what says no action, too");
    let blast = ask(&lab, &format!("blast?id={CLERK}")).await;
    assert_eq!((&blast["total"], &blast["by_system"]), (&json!(0), &json!({})));
    let path = ask(&lab, &format!("path?from={CLERK}&to=shop/ent/vendor")).await;
    assert_eq!((&path["found"], &path["length"]), (&json!(true), &json!(2)));
    let back = ask(&lab, &format!("path?from=shop/ent/vendor&to={CLERK}")).await;
    assert_eq!((&back["found"], &back["paths"]), (&json!(false), &json!([])));
    let cut = ask(&lab, "cut?top=1").await;
    assert_eq!(cut["edges"][0]["clears"], 2);
    assert_eq!(ask(&lab, "cut").await["edges"].as_array().map(Vec::len), Some(6));
    let detail = lab.finding("FN-1").await["detail"]["fingerprint"].clone();
    let fingerprint = detail.as_str().expect("a fingerprint");
    let one =
        ask(&lab, &format!("cut?fingerprint={}", fingerprint.get(..12).expect("a long one"))).await;
    assert_eq!(one["edges"].as_array().map(Vec::len), Some(4));
    assert_eq!(ask(&lab, "cut?fingerprint=FN-1").await, one, "its reference names it, too");
    let ways = ask(&lab, &format!("ways?fingerprint={fingerprint}")).await;
    assert_eq!(ask(&lab, "ways?fingerprint=fn-1").await, ways);
    let sides = ways["sides"].as_array().expect("sides");
    assert_eq!(sides.len(), 2, "{ways:#}");
    let own =
        |side: &Value| side["ways"][0]["fingerprint"] == detail && side["more"] == json!(false);
    assert!(sides.iter().all(own), "the shortest way of each side is the finding's own: {ways:#}");
    let all = ask(&lab, &format!("path?all=true&from={CLERK}&to=shop/ent/vendor")).await;
    assert_eq!(all["paths"], path["paths"]);
    let set = ask(&lab, &format!("cut?set=true&fingerprint={fingerprint}")).await;
    assert_eq!(set["edges"].as_array().map(Vec::len), Some(1));
    assert_eq!((&set["clears"], &set["is_exact"]), (&json!(true), &json!(true)));
    let near = lab.get("auditor", &format!("/graph/reach?id={CLERK}&depth=1")).await.ok();
    validate("graph.schema.json", &near);
    assert_eq!((&near["total"], &near["partial"]), (&json!(2), &json!(true)), "{near:#}");
    let bounds = format!("/graph/path?from={CLERK}&to=shop/ent/vendor&limit=3");
    lab.get("auditor", &bounds).await.refused(422, "request.malformed");
    assert_eq!(ask(&lab, "verify").await["equal"], true);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_is_tried_by_whoever_may_only_ask_and_nothing_is_changed_by_it() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 1).await else { return };
    lab.sealed().await;
    let before = lab.get("auditor", "/ledger/entries?limit=200").await.ok();
    let role = "shop/account/clerk-1,member_of,shop/role/payments";
    let token = issued(&lab, "auditor", Scope::Read).await;
    let tried = json!({ "remove": [role] });
    let without = lab.post_by(&token, "/graph/what-if", tried).await.ok();
    validate("graph.schema.json", &without);
    assert_eq!(without["ended"].as_array().map(Vec::len), Some(1));
    assert_eq!(without["opened"], json!([]));
    // One role that gives the other would make one more place where both sides meet.
    let grant = "shop/role/suppliers,member_of,shop/role/payments";
    let with = lab.post("auditor", "/graph/what-if", json!({ "add": [grant] })).await.ok();
    assert_eq!(with["opened"][0]["root_cause"]["id"], "shop/role/suppliers");
    assert_eq!(with["opened"][0]["rule"], lab.finding("FN-1").await["rule"]);
    assert_eq!(lab.findings().await.len(), 1, "it was only tried");
    assert_eq!(ask(&lab, "verify").await["equal"], true);
    lab.sealed().await;
    assert_eq!(lab.get("auditor", "/ledger/entries?limit=200").await.ok(), before);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_is_met_is_said_and_the_total_counts_all() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 3).await else { return };
    let reply = lab.get("auditor", "/graph/who-can?id=shop/ent/vendor&limit=2").await.ok();
    assert_eq!((reply["answers"].as_array().map(Vec::len), &reply["total"]), (Some(2), &json!(3)));
    let why = json!(["only the first 2 of 3 answers are listed"]);
    assert_eq!((&reply["partial"], &reply["why_partial"]), (&json!(true), &why));
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_or_cannot_be_meant_is_refused_by_name() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    for (path, named) in [
        ("reach?id=nobody", "`nobody`"),
        ("blast?id=a/b:c", "`a/b:c`"),
        ("who-can?id=nobody", "`nobody`"),
        ("path?from=nobody&to=nobody", "`nobody`"),
        ("cut?fingerprint=feed", "`feed`"),
        ("cut?fingerprint=FN-9", "finding"),
    ] {
        let said = lab.get("auditor", &format!("/graph/{path}")).await;
        let problem = said.refused(404, "case.unknown");
        assert!(problem["detail"].as_str().is_some_and(|it| it.contains(named)), "{problem:#}");
    }
    for path in [
        "reach",
        "reach?id=",
        "reach?id=%0A",
        "reach?id=a&edge=likes",
        "reach?id=a&limit=0",
        "reach?id=a&limit=100001",
        "who-can",
        "who-can?action=get",
        "who-can?id=a&action=get&resource=x",
        "who-can?id=a&namespace=n",
        "path?from=a",
        "cut?set=true",
        "cut?top=0",
        "cut?top=1001",
        "cut?top=1&fingerprint=a",
        "stats/x?",
    ] {
        let said = lab.get("auditor", &format!("/graph/{path}")).await;
        let wanted =
            if path.starts_with("stats/") { "request.address" } else { "request.malformed" };
        said.refused(if path.starts_with("stats/") { 404 } else { 422 }, wanted);
    }
    let many: Vec<String> = (0..101).map(|n| format!("a,grants,b{n}")).collect();
    for body in [
        json!({}),
        json!({ "remove": [] }),
        json!({ "remove": ["a,likes,b"] }),
        json!({ "add": [7] }),
        json!({ "add": many }),
        json!({ "put": [] }),
    ] {
        lab.post("auditor", "/graph/what-if", body).await.refused(422, "request.malformed");
    }
    let gone = json!({ "remove": ["a,grants,b"] });
    lab.post("auditor", "/graph/what-if", gone).await.refused(404, "case.unknown");
    lab.get("nobody", "/graph/stats").await.refused(401, "token.missing");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_of_a_past_time_is_what_had_been_read_by_then_and_two_times_can_be_compared() {
    let Some((lab, sandbox)) = reading(Keep::Sqlite, 9).await else { return };
    let before = ask(&lab, "stats").await["rests_on"][0]["read_at"].clone();
    let before = before.as_str().expect("an instant").to_owned();
    lab.turn(SignedDuration::from_hours(24)).await;
    sandbox.change(|file| {
        let shop = &mut file["systems"]["shop"];
        let nodes = shop["nodes"].as_array_mut().expect("nodes");
        nodes.retain(|node| node["id"] != "shop/account/clerk-9");
        let edges = shop["edges"].as_array_mut().expect("edges");
        edges.retain(|edge| edge["source"] != "shop/account/clerk-9");
    });
    lab.sync("shop").await;
    let who = "who-can?id=shop/ent/vendor";
    let gone = "shop/account/clerk-9";
    assert_eq!(ask(&lab, who).await["total"], 8);
    let then = ask(&lab, &format!("{who}&at={before}")).await;
    assert!(then["total"] == 9 && ids(&then).contains(&gone), "{then:#}");
    assert_eq!(then["rests_on"][0]["read_at"], before, "the read of that time is named");
    let path = format!("path?from={gone}&to=shop/ent/vendor");
    assert_eq!(ask(&lab, &format!("{path}&at={before}")).await["found"], true);
    lab.get("auditor", &format!("/graph/{path}")).await.refused(404, "case.unknown");
    for question in ["stats", "reach?id=shop/account/clerk-9", "blast?id=shop/account/clerk-9"] {
        let joint = if question.contains('?') { '&' } else { '?' };
        ask(&lab, &format!("{question}{joint}at={before}")).await;
    }

    let address = format!("/graph/difference?since={before}");
    let difference = lab.get("auditor", &address).await.ok();
    validate("graph.schema.json", &difference);
    let count = |what: &str| {
        let of = |field: &str| difference[what][field].as_u64().expect("a count");
        [of("came_total"), of("gone_total"), of("changed_total")]
    };
    assert_eq!(count("nodes"), [0, 1, 0], "{difference:#}");
    assert_eq!(count("edges"), [0, 2, 0], "{difference:#}");
    assert_eq!(count("findings"), [0, 1, 0], "{difference:#}");
    assert_eq!(difference["nodes"]["gone"][0]["id"], gone);
    assert_eq!(difference["earlier"][0]["read_at"], before);
    let same = lab.get("auditor", &format!("{address}&until={before}")).await.ok();
    assert_eq!(same["findings"]["gone_total"], 0);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_of_which_nothing_is_known_is_told_apart_from_one_in_which_nothing_was_there() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 1).await else { return };
    for (question, status, code, words) in [
        ("stats?at=2001-01-01T00:00:00Z", 404, "graph.nothing-read", "the first read began at"),
        ("stats?at=2999-01-01T00:00:00Z", 422, "request.malformed", "is not over yet"),
        ("stats?at=yesterday", 422, "request.malformed", "`at`"),
        ("difference", 422, "request.malformed", "since"),
        ("difference?since=2001-01-01T00:00:00Z", 404, "graph.nothing-read", "first read"),
    ] {
        let answer = lab.get("auditor", &format!("/graph/{question}")).await;
        let problem = answer.refused(status, code);
        let said = problem.to_string();
        assert!(said.contains(words), "{question}: {said}");
    }
    let now = lab.door().clock.now();
    let turned = format!("/graph/difference?since={now}&until=2001-01-01T00:00:00Z");
    lab.get("auditor", &turned).await.refused(422, "request.malformed");
    lab.end().await;
}
