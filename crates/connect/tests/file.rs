//! Files as sources of facts, through the public interface: what is read, what is refused and
//! where, and that hostile input costs little and loses nothing else.

#![expect(clippy::unwrap_used, reason = "the fixtures of a test are there or it fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use countersign_access::edge::EdgeKind;
use countersign_access::node::{Node, NodeKind};
use countersign_connect::file::{FileFormat, FileOptions, FileRead, read};

/// Longest that any hostile input may take, in a debug build on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn options(namespace: &str) -> FileOptions {
    FileOptions {
        default_namespace: namespace.into(),
        read_at: "2026-11-22T10:00:00Z".parse().unwrap(),
    }
}

fn kubernetes(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../countersign/tests/data/kubernetes").join(name)
}

fn read_text(name: &str, text: impl AsRef<[u8]>) -> FileRead {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut read = read(&path, &options("default"));
    let prefix = format!("{}/", folder.path().display());
    for refused in read.refused.iter_mut().chain(&mut read.run.unreadable) {
        refused.place = refused.place.replace(&prefix, "");
        refused.why = refused.why.replace(&prefix, "");
    }
    read
}

fn refusals(read: &FileRead) -> Vec<(&str, &str)> {
    read.refused.iter().map(|it| (it.place.as_str(), it.why.as_str())).collect()
}

fn ids(read: &FileRead) -> BTreeSet<&str> {
    read.run.facts.nodes.iter().map(|it| it.id.as_str()).collect()
}

fn node<'a>(read: &'a FileRead, id: &str) -> &'a Node {
    read.run.facts.nodes.iter().find(|it| it.id.as_str() == id).unwrap()
}

fn edge_places(read: &FileRead, source: &str, target: &str) -> Vec<String> {
    let edges = read.run.facts.edges.iter();
    edges
        .filter(|it| it.key.source.as_str() == source && it.key.target.as_str() == target)
        .map(|it| it.because.locator.clone())
        .collect()
}

#[test]
fn the_csv_form_is_read_with_its_tags_and_moments() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("nodes.csv"),
        "\u{feff}id,kind,name,system,tags,created,expires,costcentre\r\n\
         ana,person,\"Ana, the \"\"first\"\"\",hr,login;team=ops,2026-01-31,2026-12-31,4711\r\n\
         \r\n\
         pay,entitlement,Pay,erp,,2026-01-31T09:30:00+01:00,,\r\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("edges.csv"),
        "source,kind,target,grantor\nana,grants,pay,boss\nana,member_of,nowhere,\n",
    )
    .unwrap();
    let read = read(folder.path(), &options("default"));
    assert_eq!(refusals(&read), []);
    assert_eq!(read.format, FileFormat::Csv);
    let ana = node(&read, "ana");
    assert_eq!(ana.name, "Ana, the \"first\"");
    assert_eq!(ana.created.unwrap().to_string(), "2026-01-31T00:00:00Z");
    assert_eq!(ana.expires.unwrap().to_string(), "2026-12-31T23:59:59Z");
    let tags: Vec<_> = ana.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["costcentre=4711", "login=", "team=ops"]);
    let pay = node(&read, "pay");
    assert_eq!(pay.created.unwrap().to_string(), "2026-01-31T08:30:00Z");
    assert!(pay.because.locator.ends_with("nodes.csv:4"), "{}", pay.because.locator);
    let edges = &read.run.facts.edges;
    assert_eq!(edges.len(), 2);
    assert_eq!(edges[0].grantor.as_deref(), Some("boss"));
    assert!(edges[1].because.locator.ends_with("edges.csv:3"));
    assert!(read.run.is_complete());
}

#[test]
fn each_bad_row_is_refused_by_its_line_and_the_rest_is_read() {
    let long = "x".repeat(4_097);
    let text = format!(
        "id,kind,name,system,tags,created\n\
         good1,person,One,hr,,\n\
         short,person\n\
         badkind,human,Two,hr,,\n\
         baddate,person,Two,hr,,yesterday\n\
         ,person,Two,hr,,\n\
         {long},person,Two,hr,,\n\
         longname,person,{long},hr,,\n\
         bell,person,a\u{7}b,hr,,\n\
         good1,person,One,hr,,\n\
         good1,person,Uno,hr,,\n\
         good2,person,Two,hr,,2026-02-30\n\
         good3,person,Three,hr,,2026-02-28\n"
    );
    let read = read_text("nodes.csv", text);
    let places: Vec<&str> = refusals(&read).into_iter().map(|(place, _)| place).collect();
    let expected: Vec<String> =
        [3, 4, 5, 6, 7, 8, 9, 11, 12].iter().map(|line| format!("nodes.csv:{line}")).collect();
    assert_eq!(places, expected);
    assert_eq!(ids(&read), BTreeSet::from(["good1", "good3"]));
    let duplicate = refusals(&read)[7].1;
    assert!(duplicate.contains("nodes.csv:2"), "both lines are named: {duplicate}");
    assert_eq!(read.notes, ["1 equal rows of nodes were merged"]);
    assert!(!read.run.is_complete());
    assert_eq!(read.run.unreadable, read.refused);
}

#[test]
fn bytes_that_are_no_utf_8_lose_their_row_only() {
    let mut bytes =
        b"id,kind,name,system,tags\nok,person,A,hr,\nbad,person,M\xfcller,hr,\n".to_vec();
    bytes.extend(b"nul,person,A\0B,hr,\nlast,person,Z,hr,\n");
    let read = read_text("nodes.csv", bytes);
    let places: Vec<&str> = refusals(&read).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["nodes.csv:3", "nodes.csv:4"]);
    assert_eq!(ids(&read), BTreeSet::from(["ok", "last"]));
}

#[test]
fn a_csv_file_that_is_neither_nodes_nor_edges_is_refused_whole() {
    for (text, words) in [
        ("", "an empty file"),
        ("name,age\na,1\n", "unknown format"),
        ("id,kind,id\na,person,b\n", "named twice"),
        ("id,kind,\na,person,b\n", "without a name"),
    ] {
        let read = read_text("some.csv", text);
        let refused = refusals(&read);
        assert_eq!(refused.len(), 1, "{text}");
        assert_eq!(refused[0].0, "some.csv:1");
        assert!(refused[0].1.contains(words), "{}", refused[0].1);
    }
    let utf16: Vec<u8> = "\u{feff}id,kind\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refusals(&read_text("nodes.csv", utf16))[0].1.contains("UTF-16"));
}

#[test]
fn the_bootstrap_roles_of_kubernetes_are_read_whole_and_aggregated() {
    let read = read(&kubernetes("bootstrap-1.20"), &options("default"));
    assert_eq!(refusals(&read), []);
    assert_eq!(read.format, FileFormat::Kubernetes);
    let of = |kind| read.run.facts.nodes.iter().filter(move |it| it.kind == kind);
    let subjects = of(NodeKind::ServiceAccount).count()
        + of(NodeKind::Account).count()
        + of(NodeKind::Group).count();
    assert_eq!(subjects, 43);
    let roles = of(NodeKind::Role).filter(|it| !it.id.as_str().contains('@')).count();
    assert_eq!(roles, 67);
    let places = edge_places(&read, "ClusterRole:admin", "Permission:*/create core/pods/exec");
    assert_eq!(places.len(), 1, "admin has what edit has");
    assert!(places[0].contains("ClusterRole system:aggregate-to-edit rules[2]"), "{}", places[0]);
    assert!(places[0].contains("cluster-roles.yaml:"), "{}", places[0]);
    assert_eq!(read.notes.len(), 1, "only the file of answers is no object: {:?}", read.notes);
}

#[test]
fn aggregated_rules_replace_what_a_role_lists_unless_nothing_is_aggregated() {
    let role = |name: &str, head: &str, resource: &str| {
        format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: \
             {{name: {name}, labels: {{{head}}}}}\n\
             rules:\n- {{apiGroups: [''], resources: [{resource}], verbs: [get]}}\n"
        )
    };
    let sums = |name: &str, selector: &str| {
        format!(
            "{}aggregationRule: {{clusterRoleSelectors: [{selector}]}}\n",
            role(name, "", "stale")
        )
    };
    let text = [
        role("a", "part: one", "pods"),
        role("b", "part: two", "nodes"),
        sums("by-label", "{matchLabels: {part: one}}"),
        sums("either", "{matchLabels: {part: one}}, {matchLabels: {part: two}}"),
        sums("by-set", "{matchExpressions: [{key: part, operator: In, values: [two, three]}]}"),
        sums("none", "{matchLabels: {part: nine}}"),
    ]
    .concat();
    let read = read_text("roles.yaml", &text);
    assert_eq!(refusals(&read), []);
    let granted = |role: &str| -> Vec<&str> {
        let edges = read.run.facts.edges.iter();
        edges
            .filter(|it| it.key.source.as_str() == role)
            .map(|it| it.key.target.as_str().trim_start_matches("Permission:*/get core/"))
            .collect()
    };
    assert_eq!(granted("ClusterRole:by-label"), ["pods"]);
    assert_eq!(granted("ClusterRole:either"), ["nodes", "pods"]);
    assert_eq!(granted("ClusterRole:by-set"), ["nodes"]);
    assert_eq!(granted("ClusterRole:none"), ["stale"]);
}

#[test]
fn a_cluster_role_bound_in_a_namespace_acts_there_only() {
    let text = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [a, b]}
- {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb, namespace: shop}
roleRef: {kind: ClusterRole, name: reader}
subjects:
- {kind: ServiceAccount, name: till}
- {kind: User, name: 'system:serviceaccount:shop:clerk'}
- {kind: Group, name: 'system:serviceaccounts'}
";
    let read = read_text("rbac.yaml", text);
    assert_eq!(refusals(&read), []);
    let expected = BTreeSet::from([
        "ClusterRole:reader",
        "ClusterRole:reader@shop",
        "Group:system:serviceaccounts",
        "Permission:*/get core/secrets[a]",
        "Permission:*/get core/secrets[b]",
        "Permission:*/get nonResourceURL/metrics",
        "Permission:shop/get core/secrets[a]",
        "Permission:shop/get core/secrets[b]",
        "ServiceAccount:shop/clerk",
        "ServiceAccount:shop/till",
    ]);
    assert_eq!(ids(&read), expected);
    let place = edge_places(&read, "ServiceAccount:shop/till", "ClusterRole:reader@shop");
    assert!(place[0].ends_with("rbac.yaml:14 RoleBinding shop/rb subject[0]"), "{place:?}");
    let joined = edge_places(&read, "ServiceAccount:shop/clerk", "Group:system:serviceaccounts");
    assert_eq!(joined.len(), 1);
    assert_eq!(node(&read, "Permission:shop/get core/secrets[a]").resource_names, ["a"]);
}

#[test]
fn bindings_to_absent_roles_dangle_and_are_named() {
    let read = read(&kubernetes("rbac-kube-prometheus.yaml"), &options("monitoring"));
    assert_eq!(refusals(&read), []);
    assert_eq!(
        read.notes,
        [
            "bound to a role that is not in the input: \
             resource-metrics-auth-reader -> Role/extension-apiserver-authentication-reader",
            "bound to a role that is not in the input: \
             resource-metrics:system:auth-delegator -> ClusterRole/system:auth-delegator",
        ]
    );
    let known = ids(&read);
    let edges = read.run.facts.edges.iter();
    let dangling = edges.filter(|it| !known.contains(it.key.target.as_str())).count();
    assert_eq!(dangling, 2);
}

#[test]
fn a_collector_dump_of_many_json_files_is_one_source() {
    let read = read(&kubernetes("kubehound-collector-dump"), &options("default"));
    assert_eq!(refusals(&read), []);
    assert!(ids(&read).contains("Pod:test-app/app-monitors-client-78cb6d7899-j2rjp"));
    let assumed = read.run.facts.edges.iter().filter(|it| it.key.kind == EdgeKind::Assumes);
    assert_eq!(assumed.count(), 1, "the same pod is in both namespaces' files");
    let place =
        edge_places(&read, "ServiceAccount:test-app/app-monitors", "Role:test-app/test-reader");
    assert_eq!(place, ["RoleBinding test-app/app-monitors-read subject[0]"]);
    let notes = read.notes.join("\n");
    assert!(notes.contains("app-monitors-read -> Role/test-reader"), "{notes}");
    assert!(notes.contains("Node (1)"), "{notes}");
    assert!(notes.contains("discovery.k8s.io/EndpointSlice (1)"), "{notes}");
    assert!(
        notes.contains("given more than once and merged: Role test-app/test-reader"),
        "{notes}"
    );
}

#[test]
fn a_bad_document_or_object_loses_only_itself() {
    let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: first}\n---\n\
                kind: [unclosed\n---\n# nothing here\n---\napiVersion: v1\nkind: List\nitems:\n\
                - {apiVersion: v1, kind: ServiceAccount, metadata: {}}\n\
                - {apiVersion: v1, kind: ServiceAccount, metadata: {name: second}}\n---\n\
                apiVersion: v1\nkind: ServiceAccount\nkind: ServiceAccount\nmetadata: {name: third}\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n\
                rules:\n- {apiGroups: [''], resources: [pods], verbs: get}\n\
                - {apiGroups: [''], resources: [pods], verbs: [list]}\n";
    let read = read_text("rbac.yml", text);
    let places: Vec<&str> = refusals(&read).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places.len(), 4, "{:?}", refusals(&read));
    assert!(places.contains(&"rbac.yml:12") && places.contains(&"rbac.yml:24"), "{places:?}");
    let expected = BTreeSet::from([
        "ServiceAccount:default/first",
        "ServiceAccount:default/second",
        "Role:default/r",
        "Permission:default/list core/pods",
    ]);
    assert_eq!(ids(&read), expected);
}

#[test]
fn values_that_yaml_allows_and_kubernetes_never_writes_lose_nothing() {
    let odd = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  80: eighty\n  true: yes\n  \
               t: !Ref Thing\n  b: 123456789012345678901234567890\n  bin: !!binary aGVsbG8=\n  \
               text: |\n    --- inside\n  x: &a {k: v}\n  y: {<<: *a, z: 1}\n...\n---\n\
               apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: &n b\n  namespace: *n\n";
    let read = read_text("odd.yaml", odd);
    assert_eq!(refusals(&read), []);
    assert_eq!(ids(&read), BTreeSet::from(["ServiceAccount:b/b"]));
    let empty_key = read_text("odd.yaml", "kind: X\ndata:\n  null: 1\n");
    assert_eq!(empty_key.refused[0].place, "odd.yaml:3");
    assert!(empty_key.refused[0].why.contains("a key is empty"), "{}", empty_key.refused[0].why);
}

#[test]
fn kinds_of_other_groups_with_the_same_name_are_not_taken_for_roles() {
    let read = read_text(
        "crd.json",
        r#"{"apiVersion":"iam.aws.crossplane.io/v1beta1","kind":"Role","metadata":{"name":"x"}}"#,
    );
    assert_eq!(refusals(&read), []);
    assert_eq!(ids(&read), BTreeSet::new());
    assert_eq!(read.notes, ["left aside, kinds that are not read: iam.aws.crossplane.io/Role (1)"]);
}

#[test]
fn truncated_json_says_where_it_ends() {
    let read = read_text("dump.json", "{\"apiVersion\": \"v1\",\n \"items\": [\n  {\"kind\": \"Po");
    let refused = refusals(&read);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].0, "dump.json:3");
    assert!(refused[0].1.contains("ends in the middle, at column"), "{}", refused[0].1);
    let twice = read_text("dump.json", r#"{"kind": "Role", "kind": "Pod"}"#);
    assert!(refusals(&twice)[0].1.contains("`kind` stands there twice"));
}

#[test]
fn what_is_no_kubernetes_object_is_refused_alone_and_noted_in_a_folder() {
    let alone = read_text("package.json", r#"{"name": "x"}"#);
    assert!(refusals(&alone)[0].1.starts_with("unknown format"), "{:?}", refusals(&alone));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("values.yaml"), "replicas: 3\n").unwrap();
    fs::write(folder.path().join("README.md"), "words").unwrap();
    fs::write(
        folder.path().join("sa.yaml"),
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n",
    )
    .unwrap();
    let read = read(folder.path(), &options("default"));
    assert_eq!(refusals(&read), []);
    assert_eq!(read.notes.len(), 2, "{:?}", read.notes);
    assert!(read.run.is_complete());
}

#[test]
fn hostile_yaml_and_json_are_refused_quickly() {
    let nested_maps: String =
        (0..3_000).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect();
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let cases: [(&str, Vec<u8>); 8] = [
        ("deep.yaml", "[".repeat(200_000).into_bytes()),
        ("deep.json", "[".repeat(200_000).into_bytes()),
        ("objects.json", "{\"a\":".repeat(200_000).into_bytes()),
        ("maps.yaml", nested_maps.into_bytes()),
        ("bomb.yaml", bomb.into()),
        (
            "latin.yaml",
            b"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: M\xfcller}\n".to_vec(),
        ),
        ("nul.json", b"{\"kind\0\": 1}".to_vec()),
        ("keys.yaml", "? ".repeat(100_000).into_bytes()),
    ];
    for (name, bytes) in cases {
        let began = Instant::now();
        let read = read_text(name, bytes);
        assert!(began.elapsed() < PATIENCE, "{name} took {:?}", began.elapsed());
        assert_eq!(read.refused.len(), 1, "{name}: {:?}", refusals(&read));
        assert!(!read.refused[0].why.contains('{'), "{name}: {}", read.refused[0].why);
        assert!(read.refused[0].why.len() < 400, "{name}: {}", read.refused[0].why);
        assert_eq!(ids(&read), BTreeSet::new());
    }
}

#[test]
fn a_rule_that_spells_out_millions_of_permissions_is_refused_by_itself() {
    let many =
        |prefix: &str| (0..300).map(|it| format!("\"{prefix}{it}\"")).collect::<Vec<_>>().join(",");
    let text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r}}\nrules:\n\
         - {{apiGroups: [{}], resources: [{}], verbs: [{}]}}\n\
         - {{apiGroups: [''], resources: [pods], verbs: [get]}}\n",
        many("g"),
        many("r"),
        many("v")
    );
    let read = read_text("wide.yaml", text);
    assert!(refusals(&read)[0].1.contains("27000000 permissions"), "{:?}", refusals(&read));
    assert_eq!(ids(&read), BTreeSet::from(["Role:default/r", "Permission:default/get core/pods"]));
}

#[test]
fn only_regular_files_and_folders_of_bounded_size_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("sparse.json");
    fs::File::create(&sparse).unwrap().set_len(1 << 30).unwrap();
    let pipe = folder.path().join("pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let archive = folder.path().join("dump.tar.gz");
    fs::write(&archive, [0x1f, 0x8b]).unwrap();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for (path, words) in [
        (sparse.as_path(), "are more than the"),
        (&pipe, "neither a regular file nor a folder"),
        (Path::new("/dev/zero"), "neither a regular file nor a folder"),
        (&archive, "an archive is not a format"),
        (&empty, "the folder holds no"),
        (&folder.path().join("gone.csv"), "no such file or folder"),
    ] {
        let read = read(path, &options("default"));
        assert_eq!(read.refused.len(), 1, "{}", path.display());
        assert!(read.refused[0].why.contains(words), "{}", read.refused[0].why);
        assert_eq!(read.format, FileFormat::Unknown);
    }
}
