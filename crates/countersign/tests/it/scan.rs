//! `countersign scan`: findings on real sets, the CSV form with its refusals and exit codes, the
//! three forms of output, and hostile input.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::command::{Said, countersign, countersign_in, data};

/// Holds an output against its JSON Schema in docs/reference.
pub(crate) fn validate(schema: &str, output: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(schema);
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(output)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

fn scan_json(arguments: &[&str]) -> (Said, Value) {
    let mut all = vec!["scan", "--format", "json"];
    all.extend(arguments);
    let said = countersign(&all);
    let report = said.json();
    validate("scan.schema.json", &report);
    (said, report)
}

fn scan_files(files: &[(&str, &str)]) -> (Said, Value) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let said = countersign_in(folder.path(), &["scan", ".", "--format", "json"]);
    let report = said.json();
    validate("scan.schema.json", &report);
    (said, report)
}

/// One line a finding, which a reviewer can judge.
fn told(report: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    let lines = findings.iter().map(|it| {
        let affected: Vec<String> =
            it["affected"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
        let path = it["paths"][0].as_array().unwrap();
        let because: Vec<String> =
            path.iter().skip(1).map(|step| text(&step["because"]["locator"])).collect();
        format!(
            "{} {} {} at {}: {}\n  {}\n",
            text(&it["severity"]),
            text(&it["certainty"]),
            text(&it["rule"]),
            text(&it["root_cause"]["id"]),
            affected.join(", "),
            because.join("\n  ")
        )
    });
    lines.collect()
}

#[test]
fn the_bootstrap_set_alone_reports_nothing() {
    let (said, report) = scan_json(&["kubernetes/bootstrap-1.20"]);
    assert_eq!(said.code, 0);
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["partial"], false);
}

#[test]
fn findings_on_argo_cd_are_as_reviewed() {
    let file = "kubernetes/rbac-argocd-cluster-install.yaml";
    let (said, report) = scan_json(&[file, "--default-namespace", "argocd"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(told(&report));
}

#[test]
fn findings_on_kube_prometheus_are_as_reviewed() {
    let (said, report) = scan_json(&["kubernetes/rbac-kube-prometheus.yaml"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(told(&report));
}

#[test]
fn findings_on_ingress_nginx_are_as_reviewed() {
    let (said, report) = scan_json(&["kubernetes/rbac-ingress-nginx-cloud.yaml"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(told(&report));
}

#[test]
fn a_collector_dump_without_toxic_access_names_what_it_left_aside() {
    let (said, report) = scan_json(&["kubernetes/kubehound-collector-dump"]);
    assert_eq!(said.code, 0);
    insta::assert_json_snapshot!(report["sources"][0]);
}

#[test]
fn a_role_and_the_binding_to_it_meet_across_paths() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("role.yaml"),
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n\
         rules:\n- {apiGroups: ['*'], resources: ['*'], verbs: ['*']}\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("binding.json"),
        r#"{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "all"},
            "subjects": [{"kind": "User", "name": "eve"}]}"#,
    )
    .unwrap();
    let alone = countersign_in(folder.path(), &["scan", "binding.json", "--format", "json"]);
    assert_eq!(alone.code, 0);
    assert_eq!(alone.json()["sources"][0]["dangling"], 1);
    let both = ["scan", "binding.json", "role.yaml", "--format", "json"];
    let both = countersign_in(folder.path(), &both);
    assert_eq!(both.code, 1);
    let report = both.json();
    assert_eq!(report["sources"][0]["dangling"], 0);
    assert_eq!(report["findings"][0]["rule"], "kubernetes.administrator");
    assert_eq!(report["findings"][0]["affected"][0]["id"], "User:eve");
    let path = report["findings"][0]["paths"][0].as_array().unwrap();
    let said_by: Vec<&Value> = path.iter().skip(1).map(|it| &it["because"]["source"]).collect();
    assert_eq!(said_by, ["binding.json", "role.yaml"]);
}

/// People and roles of the simulator as nodes and edges, its matrix as rules.
fn sod_simulator(folder: &Path) {
    let rows = |name: &str| -> Vec<Vec<String>> {
        let text = fs::read_to_string(data("csv/sod-rules").join(name)).unwrap();
        let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        lines.map(|line| line.split(',').map(|it| it.trim().to_owned()).collect()).collect()
    };
    let mut nodes = String::from("id,kind,name,system,tags\n");
    let mut edges = String::from("source,kind,target\n");
    for row in rows("sap-sim-users.csv") {
        let [user, role] = row.as_slice() else { panic!("{row:?}") };
        nodes.push_str(&format!("{user},person,{user},sap,\n{role},entitlement,{role},sap,\n"));
        edges.push_str(&format!("{user},grants,{role}\n"));
    }
    let mut pack = String::from("[pack]\nid = \"sod\"\nversion = \"1.0.0\"\n");
    for row in rows("sap-sim-sod_matrix.csv") {
        let [left, right, risk, level, title] = row.as_slice() else { panic!("{row:?}") };
        pack.push_str(&format!(
            "\n[[rule]]\nid = \"sod.{}\"\ntitle = \"{title}\"\nseverity = \"{}\"\n\
             explanation = \"{title}\"\nremedy = \"Give one of the two roles to somebody else.\"\n",
            risk.to_lowercase(),
            level.to_lowercase()
        ));
        for role in [left, right] {
            pack.push_str(&format!(
                "\n[[rule.side]]\nname = \"{role}\"\nany = [{{ entitlement = \"{role}\" }}]\n"
            ));
        }
    }
    fs::write(folder.join("nodes.csv"), nodes).unwrap();
    fs::write(folder.join("edges.csv"), edges).unwrap();
    fs::write(folder.join("sod.toml"), pack).unwrap();
}

#[test]
fn the_segregation_of_duties_matrix_gives_exactly_its_three_known_answers() {
    let folder = tempfile::tempdir().unwrap();
    sod_simulator(folder.path());
    let said = countersign_in(
        folder.path(),
        &["scan", ".", "--rules", "sod.toml", "--no-builtin", "--format", "json"],
    );
    assert_eq!(said.code, 1, "{}", said.err);
    let report = said.json();
    validate("scan.schema.json", &report);
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert_eq!(it["affected_total"], 1);
            format!("{} {} {}", it["rule"], it["severity"], it["affected"][0]["id"])
        })
        .collect();
    assert_eq!(
        found,
        [
            "\"sod.b001\" \"critical\" \"Sarah Jenkins\"",
            "\"sod.f001\" \"high\" \"Max Mueller\"",
            "\"sod.m001\" \"medium\" \"Tom Meyer\"",
        ]
    );
    let table =
        countersign_in(folder.path(), &["scan", ".", "--rules", "sod.toml", "--no-builtin"]);
    insta::assert_snapshot!(table.out);
}

#[test]
fn each_bad_record_exits_with_2_and_names_its_line_while_the_rest_is_judged() {
    let nodes = "id,kind,name,system,tags\nana,person,Ana,hr,\nx,person\n";
    let edges = "source,kind,target\nana,member_of,gone\nana,likes,ana\n";
    let (said, report) = scan_files(&[("nodes.csv", nodes), ("edges.csv", edges)]);
    assert_eq!(said.code, 2);
    assert_eq!(report["partial"], true);
    let source = &report["sources"][0];
    assert_eq!(source["complete"], false);
    assert_eq!((&source["identities"], &source["edges"]), (&json!(1), &json!(1)));
    assert_eq!(source["dangling"], 1);
    let places: Vec<&str> = source["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["where"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["./nodes.csv:3", "./edges.csv:3"]);
}

#[test]
fn valid_things_that_are_not_known_change_no_exit_code() {
    let nodes =
        "id,kind,name,system,tags,shoe_size\nana,person,Ana,hr,,38\nana,person,Ana,hr,,38\n";
    let edges = "source,kind,target,colour\nana,member_of,gone,red\n";
    let (said, report) = scan_files(&[("nodes.csv", nodes), ("edges.csv", edges), ("x.txt", "")]);
    assert_eq!(said.code, 0, "{report:#}");
    let notes: Vec<&str> = report["sources"][0]["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(
        notes,
        [
            "left aside, no part of the CSV form: x.txt",
            "./edges.csv: columns not kept, because edges have no tags: `colour`",
            "1 equal rows of nodes were merged",
        ]
    );
}

#[test]
fn a_malformed_path_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    sod_simulator(folder.path());
    fs::write(folder.path().join("cut.json"), "{\"kind\": \"Lis").unwrap();
    fs::write(folder.path().join("dump.zip"), "PK").unwrap();
    let said = countersign_in(
        folder.path(),
        &[
            "scan", "cut.json", "nowhere", "dump.zip", ".", "--rules", "sod.toml", "--format",
            "json",
        ],
    );
    assert_eq!(said.code, 2);
    let report = said.json();
    validate("scan.schema.json", &report);
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
    assert_eq!(report["sources"].as_array().unwrap().len(), 4);
    for (at, words) in [(0, "ends in the middle"), (1, "no such file"), (2, "an archive")] {
        let why = report["sources"][at]["unreadable"][0]["why"].as_str().unwrap();
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(report["sources"][3]["complete"], true);
}

#[test]
fn hostile_paths_are_refused_before_they_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = fs::File::create(folder.path().join("sparse.yaml")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let pipe = folder.path().join("pipe.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::write(folder.path().join("deep.yaml"), "[".repeat(200_000)).unwrap();
    fs::write(folder.path().join("deep.json"), "[".repeat(200_000)).unwrap();
    let said = countersign_in(
        folder.path(),
        &[
            "scan",
            "sparse.yaml",
            "pipe.json",
            "/dev/zero",
            "deep.yaml",
            "deep.json",
            "--format",
            "json",
        ],
    );
    assert_eq!(said.code, 2);
    let report = said.json();
    for source in report["sources"].as_array().unwrap() {
        assert_eq!(source["unreadable"].as_array().unwrap().len(), 1, "{source:#}");
    }
    let whole = countersign_in(folder.path(), &["scan", "."]);
    assert_eq!(whole.code, 2, "the same inside a folder: {}", whole.out);
}

#[test]
fn a_malformed_rule_pack_judges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    sod_simulator(folder.path());
    fs::write(folder.path().join("bad.toml"), "[pack]\nid = \"x\"\nversion = \"1\"\ncolour = 1\n")
        .unwrap();
    for (rules, words) in
        [("bad.toml", "bad.toml:"), ("nowhere.toml", "could not read"), ("/dev/zero", "regular")]
    {
        let said = countersign_in(folder.path(), &["scan", ".", "--rules", rules]);
        assert_eq!(said.code, 2, "{rules}");
        assert!(said.err.contains(words), "{}", said.err);
        assert_eq!(said.out, "");
    }
    let folder_of_rules = countersign_in(folder.path(), &["scan", ".", "--rules", "."]);
    assert_eq!(folder_of_rules.code, 2, "one bad pack in a folder spoils the set");
}

#[test]
fn no_rules_at_all_are_said_to_be_none() {
    let said = countersign(&["scan", "kubernetes/rbac-kube-prometheus.yaml", "--no-builtin"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("no rules at all"), "{}", said.out);
}

#[test]
fn sarif_names_the_file_and_line_of_each_finding() {
    let file = "kubernetes/rbac-kube-prometheus.yaml";
    let said = countersign(&["scan", file, "--format", "sarif"]);
    assert_eq!(said.code, 1);
    let log = said.json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], file);
        let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
        let text = fs::read_to_string(data(file)).unwrap();
        assert!(text.lines().count() > line);
        assert_eq!(result["partialFingerprints"]["countersign/v1"].as_str().unwrap().len(), 64);
    }
    assert_eq!(run["results"].as_array().unwrap().len(), 3);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_joiner_no_other_fingerprint() {
    let first =
        countersign(&["scan", "kubernetes/rbac-ingress-nginx-cloud.yaml", "--format", "json"]);
    let again =
        countersign(&["scan", "kubernetes/rbac-ingress-nginx-cloud.yaml", "--format", "json"]);
    assert_eq!(first.out, again.out);
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(data("kubernetes/rbac-ingress-nginx-cloud.yaml")).unwrap();
    let subject = "- kind: ServiceAccount\n  name: ingress-nginx\n  namespace: ingress-nginx\n";
    let joined = text.replace(subject, &format!("{subject}- kind: User\n  name: joiner\n"));
    assert_ne!(text, joined);
    fs::write(folder.path().join("joined.yaml"), joined).unwrap();
    let joined = countersign_in(folder.path(), &["scan", "joined.yaml", "--format", "json"]).json();
    let fingerprints = |report: &Value| -> Vec<Value> {
        report["findings"].as_array().unwrap().iter().map(|it| it["fingerprint"].clone()).collect()
    };
    assert_eq!(fingerprints(&first.json()), fingerprints(&joined));
    assert!(joined["findings"].to_string().contains("User:joiner"));
}

#[test]
fn output_goes_to_a_file_whole_and_without_colour() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.txt");
    let said = countersign(&[
        "scan",
        "kubernetes/rbac-kube-prometheus.yaml",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.contains("3 findings: 3 high") && !text.contains('\u{1b}'), "{text}");
    let nowhere = folder.path().join("no/such/folder.txt");
    let said =
        countersign(&["scan", "kubernetes/bootstrap-1.20", "--out", nowhere.to_str().unwrap()]);
    assert_eq!(said.code, 3);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["scan", "kubernetes/rbac-argocd-cluster-install.yaml", "--format", "json"])
        .current_dir(data(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(err, "");
}

#[test]
fn usage_errors_exit_with_2_and_the_example_of_scan_works_where_the_project_lies() {
    for arguments in
        [&["scan"][..], &["scan", "x", "--format", "pdf"], &["nonsense"], &["graph", "path", "a"]]
    {
        assert_eq!(countersign(arguments).code, 2, "{arguments:?}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Those of the questions to a graph ask a server, as those of every other verb do.
    let said = countersign(&["scan", "--help"]);
    assert_eq!(said.code, 0);
    let example = said.out.split("Example: countersign ").nth(1).unwrap();
    let example: Vec<&str> = example.split_whitespace().collect();
    let tried = countersign_in(&root, &example);
    assert!(tried.code < 2, "{example:?}: {}", tried.err);
    assert!(tried.out.lines().count() > 2, "{example:?}: {}", tried.out);
    let bash = countersign(&["completions", "bash"]);
    assert!(bash.code == 0 && bash.out.contains("who-can"));
    assert!(
        bash.out.contains("countersign__subcmd__exception") && bash.out.contains("--would-change")
    );
}
