//! `countersign graph --from`: known answers, directions, refusals, and the JSON form.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::command::{countersign, countersign_in, data};
use crate::scan::validate;

/// Every question of an answer file, asked of the real binary.
fn known_answers(answers: &str, from: &str, namespace: &str) {
    let known: Value = serde_json::from_slice(&fs::read(data(answers)).unwrap()).unwrap();
    let questions = known["who_can"].as_object().unwrap();
    assert_eq!(questions.len(), 18);
    for (question, expected) in questions {
        let (action, resource) = question.split_once(' ').unwrap();
        let said = countersign(&[
            "graph",
            "who-can",
            "--action",
            action,
            "--resource",
            resource,
            "--from",
            from,
            "--default-namespace",
            namespace,
            "--format",
            "json",
        ]);
        assert_eq!(said.code, 0, "{question}: {}", said.err);
        let reply = said.json();
        let found: BTreeMap<&str, &Value> = reply["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["id"].as_str().unwrap(), &it["namespaces"]))
            .collect();
        assert_eq!(json!(found), *expected, "{question}");
        assert_eq!(reply["total"], json!(found.len()), "{question}");
        assert_eq!(reply["partial"], json!(false), "{question}");
    }
}

#[test]
fn the_questions_about_the_bootstrap_roles_get_their_known_answers() {
    known_answers(
        "kubernetes/bootstrap-1.20/expected-who-can.json",
        "kubernetes/bootstrap-1.20",
        "default",
    );
}

#[test]
fn the_questions_about_argo_cd_get_their_known_answers() {
    known_answers(
        "kubernetes/expected-who-can-argocd-cluster.json",
        "kubernetes/rbac-argocd-cluster-install.yaml",
        "argocd",
    );
}

#[test]
fn the_questions_about_kube_prometheus_get_their_known_answers() {
    known_answers(
        "kubernetes/expected-who-can-kube-prometheus.json",
        "kubernetes/rbac-kube-prometheus.yaml",
        "monitoring",
    );
}

#[test]
fn dangling_ends_of_kube_prometheus_are_named() {
    let from = "kubernetes/rbac-kube-prometheus.yaml";
    let stats = countersign(&["graph", "stats", "--from", from, "--format", "json"]).json();
    assert_eq!(
        stats["dangling"],
        json!([
            {"source": "ServiceAccount:monitoring/prometheus-adapter", "kind": "member_of",
             "target": "ClusterRole:system:auth-delegator"},
            {"source": "ServiceAccount:monitoring/prometheus-adapter", "kind": "member_of",
             "target": "Role:kube-system/extension-apiserver-authentication-reader"},
        ])
    );
    assert_eq!(stats["edges"].as_u64(), stats["traversable"].as_u64().map(|it| it + 2));
    let scan = countersign(&["scan", from, "--format", "json"]).json();
    assert_eq!(scan["sources"][0]["dangling"], 2);
    assert_eq!(
        scan["sources"][0]["notes"],
        json!([
            "bound to a role that is not in the input: resource-metrics-auth-reader -> \
             Role/extension-apiserver-authentication-reader",
            "bound to a role that is not in the input: resource-metrics:system:auth-delegator -> \
             ClusterRole/system:auth-delegator",
        ])
    );
}

#[test]
fn permissions_on_named_objects_are_no_answer_to_an_unrestricted_question() {
    let reply = countersign(&[
        "graph",
        "who-can",
        "--action",
        "update",
        "--resource",
        "coordination.k8s.io/leases",
        "--from",
        "kubernetes/rbac-ingress-nginx-cloud.yaml",
        "--format",
        "json",
    ])
    .json();
    assert_eq!(reply["total"], 0);
    assert_eq!(reply["limited"][0]["id"], "ServiceAccount:ingress-nginx/ingress-nginx");
    assert_eq!(reply["limited"][0]["resource_names"], json!(["ingress-nginx-leader"]));
    validate("graph.schema.json", &reply);
}

/// A person, two of their accounts, a team that may pay, and an agent that acts for the person.
fn small_company() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("nodes.csv"),
        "id,kind,name,system,tags,action,resource\n\
         ana,person,Ana,hr,,,\n\
         ana@erp,account,ana,erp,,,\n\
         payers,group,Payers,erp,,,\n\
         pay,entitlement,Pay invoices,erp,,pay,invoices\n\
         ledger,resource,Ledger,erp,,,\n\
         bot,ai_agent,Bot,agents,,,\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("edges.csv"),
        "source,kind,target\n\
         ana@erp,is_account_of,ana\n\
         ana@erp,member_of,payers\n\
         payers,grants,pay\n\
         pay,applies_to,ledger\n\
         bot,acts_on_behalf_of,ana\n\
         payers,member_of,payers\n\
         payers,grants,nowhere\n",
    )
    .unwrap();
    folder
}

fn ask(folder: &tempfile::TempDir, arguments: &[&str]) -> Value {
    let mut all = vec!["graph"];
    all.extend(arguments);
    all.extend(["--from", ".", "--format", "json"]);
    let said = countersign_in(folder.path(), &all);
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    let reply = said.json();
    assert_eq!(reply["version"], 1);
    assert_eq!(reply["rests_on"][0]["source"], ".");
    validate("graph.schema.json", &reply);
    reply
}

fn answers(reply: &Value) -> Vec<&str> {
    reply["answers"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect()
}

#[test]
fn access_runs_from_the_source_to_the_target_and_from_the_account_to_its_person() {
    let folder = small_company();
    assert_eq!(answers(&ask(&folder, &["reach", "ana"])), ["ana@erp", "ledger", "pay", "payers"]);
    assert_eq!(answers(&ask(&folder, &["who-can", "ledger"])), ["ana", "ana@erp", "bot"]);
    let by_permission = ["who-can", "--action", "pay", "--resource", "inv*"];
    assert_eq!(answers(&ask(&folder, &by_permission)), ["ana", "ana@erp", "bot"]);
    let blast = ask(&folder, &["blast", "bot"]);
    assert_eq!(answers(&blast), ["ledger"]);
    assert_eq!(blast["answers"][0]["certainty"], "potential");
    assert_eq!(blast["by_kind"], json!({"resource": 1}));
    let unknown =
        json!([{"system": blast["answers"][0]["system"], "sensitivity": null, "total": 1}]);
    assert_eq!(blast["by_sensitivity"], unknown, "what nobody says is in a row of its own");
    let path = ask(&folder, &["path", "ana", "pay"]);
    assert_eq!((&path["found"], &path["length"]), (&json!(true), &json!(3)));
    assert_eq!(path["paths"][0][2]["because"]["locator"], "./edges.csv:3");
    let all = ask(&folder, &["path", "ana", "pay", "--all"]);
    assert_eq!((&all["paths"], &all["more"]), (&path["paths"], &json!(false)), "there is one way");
    assert_eq!(all["ways"][0]["length"], 3);
    let near = ask(&folder, &["reach", "ana", "--depth", "1"]);
    assert_eq!((answers(&near), &near["partial"]), (vec!["ana@erp"], &json!(true)));
    let back = ask(&folder, &["path", "pay", "ana"]);
    assert_eq!((&back["found"], &back["length"]), (&json!(false), &json!(0)));
    assert_eq!(answers(&ask(&folder, &["reach", "payers", "--edge", "grants"])), ["pay"]);
    assert_eq!(ask(&folder, &["verify"])["equal"], true);
}

#[test]
fn figures_count_dangling_edges_apart() {
    let stats = ask(&small_company(), &["stats"]);
    assert_eq!(stats["nodes"], 6);
    assert_eq!(stats["edges"], 7);
    assert_eq!(stats["edges_by_kind"]["grants"], 2);
    assert_eq!(
        stats["dangling"],
        json!([{"source": "payers", "kind": "grants", "target": "nowhere"}])
    );
}

#[test]
fn a_cut_names_edges_and_what_if_shows_what_they_would_clear() {
    let from = "kubernetes/rbac-kube-prometheus.yaml";
    let cut =
        countersign(&["graph", "cut", "--all", "--top", "1", "--from", from, "--format", "json"])
            .json();
    validate("graph.schema.json", &cut);
    let edge = &cut["edges"][0];
    assert_eq!(edge["clears"], 2);
    let text = [&edge["source"], &edge["kind"], &edge["target"]].map(|it| it.as_str().unwrap());
    let text = text.join(",");
    let what_if =
        countersign(&["graph", "what-if", "--remove", &text, "--from", from, "--format", "json"])
            .json();
    validate("graph.schema.json", &what_if);
    assert_eq!(what_if["ended"].as_array().unwrap().len(), 2);
    assert_eq!(what_if["opened"], json!([]));
    let fingerprint = what_if["ended"][0]["fingerprint"].as_str().unwrap();
    let one = ["graph", "cut", fingerprint.get(..12).unwrap(), "--from", from, "--format", "json"];
    assert!(!countersign(&one).json()["edges"].as_array().unwrap().is_empty());
    let set = [&one[..], &["--set"]].concat();
    let set = countersign(&set).json();
    validate("graph.schema.json", &set);
    assert_eq!(
        (&set["clears"], &set["at_least"], &set["is_exact"]),
        (&json!(true), &json!(1), &json!(true))
    );
    let words = countersign(&["graph", "cut", fingerprint, "--set", "--from", from]).out;
    assert!(words.starts_with("This edge alone clears it."), "{words}");
    let none = countersign(&["graph", "cut", "--all", "--no-builtin", "--from", from]);
    assert_eq!((none.code, none.out.starts_with("No single edge")), (0, true), "{}", none.out);
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let folder = small_company();
    let table: [(&[&str], &str); 9] = [
        (&["reach", "nobody"], "no source knows a node `nobody`"),
        (&["blast", "nobody"], "no source knows a node `nobody`"),
        (&["path", "ana", "nobody"], "no source knows a node `nobody`"),
        (&["who-can", "nobody"], "no source knows a node `nobody`"),
        (&["cut", "feed"], "the graph has no finding `feed`"),
        (&["what-if"], "nothing to try"),
        (&["what-if", "--remove", "ana,likes,pay"], "is no edge"),
        (&["what-if", "--remove", "ana,grants,pay"], "no source says an edge"),
        (&["reach", "ana", "--edge", "likes"], "no kind of edge"),
    ];
    for (arguments, words) in table {
        let mut all = vec!["graph"];
        all.extend(arguments);
        all.extend(["--from", "."]);
        let said = countersign_in(folder.path(), &all);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "");
    }
}

#[test]
fn without_files_and_without_a_server_the_exit_code_is_3() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let said = countersign(&["graph", "stats", "--server", &nowhere]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("no server answers at"), "{}", said.err);
}

#[test]
fn a_malformed_file_leaves_an_answer_that_says_it_is_partial() {
    let folder = small_company();
    fs::write(folder.path().join("bad.csv"), "id,kind\nx,person\ny\n").unwrap();
    let said = countersign_in(
        folder.path(),
        &["graph", "reach", "ana", "--from", ".", "bad.csv", "--format", "json"],
    );
    assert_eq!(said.code, 2);
    assert!(said.err.contains("bad.csv:3"), "{}", said.err);
    let reply = said.json();
    assert_eq!(answers(&reply).len(), 4);
    assert_eq!(reply["partial"], true);
    assert_eq!(
        reply["rests_on"][1],
        json!({"source": "bad.csv", "read_at": reply["rests_on"][1]["read_at"], "complete": false})
    );
}

#[test]
fn answers_for_people_are_readable() {
    let folder = small_company();
    let text = |arguments: &[&str]| {
        let mut all = vec!["graph"];
        all.extend(arguments);
        all.extend(["--from", "."]);
        let said = countersign_in(folder.path(), &all);
        said.out.split("\nRests on").next().unwrap().to_owned()
    };
    let all = [
        text(&["stats"]),
        text(&["who-can", "ledger"]),
        text(&["blast", "bot"]),
        text(&["path", "ana", "ledger"]),
        text(&["path", "ledger", "ana"]),
    ];
    insta::assert_snapshot!(all.join("\n────\n"));
}
