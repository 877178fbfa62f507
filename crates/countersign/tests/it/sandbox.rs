//! The sandbox as what it is: a separate process that speaks the plugin protocol and keeps a file.
//! Every test starts the real binary; the sample organisation is what it holds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_access::change::{Change, Claim, Holds, Order, Outcome};
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::finding::{Finding, Fingerprint};
use countersign_access::node::{NodeId, NodeKind};
use countersign_connect::file::{FileOptions, read};
use countersign_connect::plugin::{Config, Plugin};
use countersign_connect::{Connector, Fault};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::mpsc;

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
const SYSTEMS: [&str; 3] = ["erp", "records", "release"];

/// The sample organisation in a file of its own.
struct Hospital {
    folder: TempDir,
}

impl Hospital {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = init(&sample(), &folder.path().join("hospital.json"), &[]);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
        Self { folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("hospital.json")
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.file()).unwrap()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes()).unwrap()
    }

    fn config(&self, system: &str, faults: &[&str]) -> Config {
        let file = self.file().display().to_string();
        let mut command = vec![BINARY, "sandbox", "--file", &file, "--system", system];
        command.extend(faults);
        let command = command.into_iter().map(str::to_owned).collect();
        Config::new(SourceId::new(system), command, noon)
    }

    fn connect(&self, system: &str, faults: &[&str]) -> Connector {
        Connector::Plugin(Plugin::new(self.config(system, faults)))
    }

    fn by_hand(&self, verb: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(BINARY);
        command.args(["sandbox", verb, "--file"]).arg(self.file()).args(arguments);
        command.output().unwrap()
    }
}

fn noon() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/sample-organisation")
}

fn init(organisation: &Path, file: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["sandbox", "init", "--organisation"]).arg(organisation);
    command.arg("--file").arg(file).args(more).output().unwrap()
}

fn node(id: &str) -> NodeId {
    NodeId::new(id).unwrap()
}

fn member(system: &str, source: &str, target: &str) -> EdgeKey {
    EdgeKey {
        source: node(&format!("sandbox/{system}/{source}")),
        kind: EdgeKind::MemberOf,
        target: node(&format!("sandbox/{system}/{target}")),
    }
}

/// The membership behind the first finding of the story.
fn month_end() -> EdgeKey {
    member("erp", "account/svc-vendor-sync", "group/month-end-cover")
}

fn remove(key: &str, edge: EdgeKey) -> Order {
    let system = edge.source.as_str().split('/').nth(1).unwrap();
    let system = SourceId::new(system);
    Order { key: key.to_owned(), system, change: Change::RemoveEdge { edge, grantor: None } }
}

async fn observe(connector: &Connector) -> Run {
    let (sender, mut receiver) = mpsc::channel::<Chunk>(4);
    let collect = async {
        let mut facts = Chunk::default();
        while let Some(chunk) = receiver.recv().await {
            facts.nodes.extend(chunk.nodes);
            facts.edges.extend(chunk.edges);
        }
        facts
    };
    let (seen, facts) = tokio::join!(connector.observe(sender), collect);
    let unreadable = seen.unwrap().unreadable;
    Run { source: connector.system().clone(), read_at: noon(), unreadable, facts }
}

async fn observe_all(hospital: &Hospital) -> Vec<Run> {
    let mut runs = Vec::new();
    for system in SYSTEMS {
        runs.push(observe(&hospital.connect(system, &[])).await);
    }
    runs
}

fn judged(runs: Vec<Run>) -> BTreeMap<Fingerprint, Arc<Finding>> {
    Engine::build(runs, countersign_policy::rules::builtin()).findings().clone()
}

fn of_rule<'a>(
    findings: &'a BTreeMap<Fingerprint, Arc<Finding>>,
    rule: &str,
) -> Option<&'a Finding> {
    findings.values().map(|it| &**it).find(|it| it.rule == rule)
}

fn transient(fault: Fault) -> String {
    match fault {
        Fault::Transient(text) => text,
        Fault::Permanent(text) => panic!("permanent: {text}"),
    }
}

fn permanent(fault: Fault) -> String {
    match fault {
        Fault::Permanent(text) => text,
        Fault::Transient(text) => panic!("transient: {text}"),
    }
}

/// One plugin process spoken to line by line, without the connector. Killed at the end.
struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talk {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.current_dir(folder).arg("sandbox").args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn say(&mut self, line: &str) {
        self.input.write_all(line.as_bytes()).unwrap();
        self.input.write_all(b"\n").unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn play(&mut self, transcript: &[&str]) {
        for line in transcript {
            match line.split_at(2) {
                ("> ", request) => self.say(request),
                (_, answer) => assert_eq!(self.hear(), answer),
            }
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn the_documented_conversation_is_what_the_sandbox_says_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = "id,kind,name,system,tags,action\n\
        sandbox/erp,system,Finance system,erp,,\n\
        sandbox/erp/account/supplier-sync,account,supplier-sync,erp,login,\n\
        sandbox/erp/group/month-end,group,Month-end cover,erp,,\n\
        sandbox/erp/entitlement/payment.approve,entitlement,Approve payments,erp,duty=approve_payment,approve\n";
    let edges = "source,kind,target\n\
        sandbox/erp/account/supplier-sync,member_of,sandbox/erp/group/month-end\n\
        sandbox/erp/group/month-end,grants,sandbox/erp/entitlement/payment.approve\n";
    std::fs::write(folder.path().join("nodes.csv"), nodes).unwrap();
    std::fs::write(folder.path().join("edges.csv"), edges).unwrap();
    let made = init(folder.path(), &folder.path().join("hospital.json"), &[]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");

    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = page.join("../../docs/reference/plugin-protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    let transcript = |role: &str| -> Vec<String> {
        let (_, rest) = page.split_once(&format!("```text {role}\n")).unwrap();
        rest.split_once("```").unwrap().0.lines().map(str::to_owned).collect()
    };
    let (read, write) = (transcript("read"), transcript("write"));
    let read: Vec<&str> = read.iter().map(String::as_str).collect();
    let write: Vec<&str> = write.iter().map(String::as_str).collect();
    let (before, after) = read.split_at(read.len() - 2);
    let target = ["--file", "hospital.json", "--system", "erp", "--as"];
    let mut reader = Talk::start(folder.path(), &[&target[..], &["read"]].concat());
    let mut writer = Talk::start(folder.path(), &[&target[..], &["write"]].concat());
    reader.play(before);
    writer.play(&write);
    reader.play(after);
}

#[tokio::test]
async fn what_the_three_sandboxes_say_has_the_findings_that_the_files_have() {
    let observed = judged(observe_all(&Hospital::new()).await);
    let options = FileOptions { default_namespace: "default".into(), read_at: noon() };
    let scanned = judged(vec![read(&sample(), &options).run]);
    let fingerprints = |it: &BTreeMap<_, _>| it.keys().cloned().collect::<Vec<Fingerprint>>();
    assert_eq!(fingerprints(&observed), fingerprints(&scanned));
    let found: Vec<(&str, &str)> = observed
        .values()
        .map(|it| (it.rule.as_str(), it.root_cause.id.as_str()))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(
        found,
        [
            ("business.bank-details-and-payroll", "sandbox/erp/role/payroll-operations"),
            ("business.break-glass-and-audit-log", "sandbox/records/role/platform-support"),
            ("business.invoice-and-payment", "sandbox/erp/account/wl-erp-batch"),
            ("business.merge-and-deploy", "sandbox/release/account/p1026"),
            ("business.order-and-approval", "sandbox/erp/account/p1014"),
            ("business.patient-read-and-export", "sandbox/records/account/ai-discharge-assistant"),
            ("business.prescribe-and-dispense", "sandbox/records/account/p1022"),
            ("business.vendor-and-payment", "sandbox/erp/account/svc-vendor-sync"),
        ]
    );
    let affected: BTreeSet<&str> =
        observed.values().flat_map(|it| &it.affected).map(|it| it.id.as_str()).collect();
    assert_eq!(affected.len(), 10, "most of the 40 identities are clean: {affected:?}");
}

#[tokio::test]
async fn one_membership_removed_ends_the_first_finding_and_touches_no_other() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &[]);
    let before = judged(observe_all(&hospital).await);
    let no = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    assert!(matches!(no.holds, Holds::No { .. }));

    let receipt = erp.enforce(&remove("order-1", month_end())).await.unwrap();
    assert_eq!((receipt.outcome, receipt.at), (Outcome::Changed, noon()));
    let yes = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    assert_eq!(yes.holds, Holds::Yes);
    assert_eq!(yes.read_by, "sandbox/erp/account/countersign-read");
    assert_ne!(no.digest, yes.digest);

    let after = judged(observe_all(&hospital).await);
    let ended: Vec<&str> = before
        .iter()
        .filter(|(fingerprint, _)| !after.contains_key(fingerprint))
        .map(|(_, finding)| finding.rule.as_str())
        .collect();
    assert_eq!(ended, ["business.vendor-and-payment"]);
    assert_eq!(after.len(), before.len() - 1);
}

#[tokio::test]
async fn one_membership_removed_leaves_the_second_finding_open_through_another_role() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &[]);
    let rule = "business.bank-details-and-payroll";
    let account = node("sandbox/erp/account/svc-payroll-interface");
    let edge = member("erp", "account/svc-payroll-interface", "role/payroll-operations");
    let before = judged(observe_all(&hospital).await);
    let shown = |finding: &Finding, id: &str| {
        finding.paths.iter().flatten().any(|step| step.node.id.as_str() == id)
    };
    let other = "sandbox/erp/role/month-end-payroll";
    assert!(!shown(of_rule(&before, rule).unwrap(), other));

    erp.enforce(&remove("order-1", edge.clone())).await.unwrap();
    assert_eq!(erp.verify(&Claim::EdgeGone { edge }).await.unwrap().holds, Holds::Yes);
    let engine = Engine::build(observe_all(&hospital).await, countersign_policy::rules::builtin());
    let (old, new) = (of_rule(&before, rule).unwrap(), of_rule(engine.findings(), rule).unwrap());
    assert_eq!(old.fingerprint, new.fingerprint);
    assert!(shown(new, other), "it says through which: {:?}", new.paths);
    assert!(engine.still(rule, &account).unwrap().is_some());
}

#[tokio::test]
async fn an_order_is_carried_out_once_however_often_it_is_sent() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &[]);
    let order = remove("order-1", month_end());
    let first = erp.enforce(&order).await.unwrap();
    let once = hospital.bytes();
    let again = erp.enforce(&order).await.unwrap();
    let other_process = hospital.connect("erp", &[]).enforce(&order).await.unwrap();
    assert_eq!([first.outcome, again.outcome, other_process.outcome], [Outcome::Changed; 3]);
    assert_eq!(hospital.bytes(), once);

    let new_key = erp.enforce(&remove("order-2", month_end())).await.unwrap();
    assert_eq!(new_key.outcome, Outcome::AlreadyGone);
    let stolen = remove("order-1", member("erp", "account/p1014", "group/purchasing"));
    let fault = permanent(erp.enforce(&stolen).await.unwrap_err());
    assert!(fault.contains("the key `order-1` belongs to an earlier order"), "{fault}");
}

#[tokio::test]
async fn an_account_can_be_disabled_and_its_grants_stay() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &[]);
    let account = node("sandbox/erp/account/svc-vendor-sync");
    let claim = Claim::AccountDisabled { account: account.clone() };
    assert!(matches!(erp.verify(&claim).await.unwrap().holds, Holds::No { .. }));
    let order = Order {
        key: "order-1".into(),
        system: SourceId::new("erp"),
        change: Change::DisableAccount { account },
    };
    assert_eq!(erp.enforce(&order).await.unwrap().outcome, Outcome::Changed);
    assert_eq!(erp.verify(&claim).await.unwrap().holds, Holds::Yes);
    let grants = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    assert!(matches!(grants.holds, Holds::No { .. }));
    let hand = ["--system", "erp", "--account", "sandbox/erp/account/svc-vendor-sync"];
    assert_eq!(hospital.by_hand("enable", &hand).stdout, b"changed\n");
    assert!(matches!(erp.verify(&claim).await.unwrap().holds, Holds::No { .. }));
}

#[tokio::test]
async fn two_writers_at_once_lose_nothing() {
    let hospital = Hospital::new();
    let (one, two) = (hospital.connect("erp", &[]), hospital.connect("erp", &[]));
    let run = observe(&one).await;
    let memberships: Vec<EdgeKey> = run
        .facts
        .edges
        .iter()
        .filter(|edge| edge.key.kind == EdgeKind::MemberOf)
        .map(|edge| edge.key.clone())
        .take(24)
        .collect();
    assert_eq!(memberships.len(), 24);
    let (left, right) = memberships.split_at(12);
    let all = async |connector: &Connector, edges: &[EdgeKey]| {
        for edge in edges {
            let receipt = connector.enforce(&remove(&edge.to_string(), edge.clone())).await;
            assert_eq!(receipt.unwrap().outcome, Outcome::Changed);
        }
    };
    tokio::join!(all(&one, left), all(&two, right));
    let after = observe(&two).await;
    let stays = |edge: &EdgeKey| after.facts.edges.iter().any(|it| it.key == *edge);
    assert!(!memberships.iter().any(stays));
    assert_eq!(after.facts.edges.len(), run.facts.edges.len() - 24);
    assert_eq!(hospital.json()["systems"]["erp"]["revision"], 24);
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_change_leaves_the_old_state_and_no_lock() {
    let hospital = Hospital::new();
    let before = hospital.bytes();
    let file = hospital.file().display().to_string();
    let target = ["--file", &file, "--system", "erp", "--as", "write", "--hang-before-rename"];
    let mut writer = Talk::start(hospital.folder.path(), &target);
    let order = serde_json::to_value(remove("order-1", month_end())).unwrap();
    writer.say(&serde_json::json!({ "id": 1, "do": "enforce", "order": order }).to_string());
    let beside = hospital.folder.path().join("hospital.json.new");
    let deadline = Instant::now() + Duration::from_secs(20);
    let written = || {
        let text = std::fs::read(&beside).unwrap_or_default();
        serde_json::from_slice::<serde_json::Value>(&text).is_ok() && text.ends_with(b"}\n")
    };
    while !written() {
        assert!(Instant::now() < deadline, "the new state was not written beside the file");
        std::thread::yield_now();
    }
    assert_eq!(hospital.bytes(), before, "the change is not in place yet");
    drop(writer);
    assert_eq!(hospital.bytes(), before);

    let erp = hospital.connect("erp", &[]);
    let claim = Claim::EdgeGone { edge: month_end() };
    assert!(matches!(erp.verify(&claim).await.unwrap().holds, Holds::No { .. }));
    let receipt = erp.enforce(&remove("order-1", month_end())).await.unwrap();
    assert_eq!(receipt.outcome, Outcome::Changed);
    assert_eq!(erp.verify(&claim).await.unwrap().holds, Holds::Yes);
}

#[tokio::test]
async fn a_crash_after_the_change_is_in_doubt_and_the_same_order_settles_it() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &["--crash-after-enforce"]);
    let order = remove("order-1", month_end());
    let fault = transient(erp.enforce(&order).await.unwrap_err());
    assert!(fault.contains("whether the order was carried out is not known"), "{fault}");
    let read_back = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    assert_eq!(read_back.holds, Holds::Yes);
    assert_eq!(erp.enforce(&order).await.unwrap().outcome, Outcome::Changed);
    assert_eq!(hospital.json()["systems"]["erp"]["revision"], 1);
}

#[tokio::test]
async fn a_system_that_says_yes_and_does_nothing_is_found_by_reading_back() {
    let hospital = Hospital::new();
    let before = hospital.bytes();
    let erp = hospital.connect("erp", &["--lie"]);
    let receipt = erp.enforce(&remove("order-1", month_end())).await.unwrap();
    assert_eq!(receipt.outcome, Outcome::Changed);
    let evidence = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    let Holds::No { found } = evidence.holds else { panic!("{:?}", evidence.holds) };
    assert!(found.contains("still has `member_of`"), "{found}");
    assert_eq!(hospital.bytes(), before);
}

#[tokio::test]
async fn a_write_account_that_may_not_is_named_before_and_after_the_order() {
    let hospital = Hospital::new();
    let mut state = hospital.json();
    state["systems"]["erp"]["faults"] = serde_json::json!({ "deny": true });
    std::fs::write(hospital.file(), state.to_string()).unwrap();
    let erp = hospital.connect("erp", &[]);
    let order = remove("order-1", month_end());
    let preview = erp.preview(&order).await.unwrap();
    assert!(preview.obstacles[0].contains("`sandbox/erp/account/countersign-write` may not"));
    let fault = permanent(erp.enforce(&order).await.unwrap_err());
    assert!(fault.contains("have its administrator grant it"), "{fault}");
}

#[tokio::test]
async fn a_preview_also_names_the_fault_that_was_given_as_a_flag() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &["--deny"]);
    let preview = erp.preview(&remove("order-1", month_end())).await.unwrap();
    assert_eq!(preview.obstacles.len(), 1, "{:?}", preview.obstacles);
}

#[tokio::test]
async fn a_system_that_hangs_is_given_up_and_is_asked_afresh_next_time() {
    let hospital = Hospital::new();
    let mut config = hospital.config("erp", &["--hang"]);
    config.limits.silence = Duration::from_millis(500);
    let hanging = Connector::Plugin(Plugin::new(config));
    let fault = transient(hanging.enforce(&remove("order-1", month_end())).await.unwrap_err());
    assert!(fault.contains("said nothing for 0.5 s"), "{fault}");
    let erp = hospital.connect("erp", &[]);
    let evidence = erp.verify(&Claim::EdgeGone { edge: month_end() }).await.unwrap();
    assert!(matches!(evidence.holds, Holds::No { .. }), "nothing was done");
}

#[tokio::test]
async fn lines_over_the_limit_are_refused_on_both_sides() {
    let hospital = Hospital::new();
    let mut config = hospital.config("erp", &[]);
    config.limits.line_bytes_max = 2_000;
    let erp = Connector::Plugin(Plugin::new(config));
    let (sender, _receiver) = mpsc::channel(4);
    let fault = permanent(erp.observe(sender).await.unwrap_err());
    assert!(fault.contains("a line of more than 2000 bytes"), "{fault}");

    let mut order = remove("order-1", month_end());
    order.key = "k".repeat(1_100_000);
    let fault = hospital.connect("erp", &[]).enforce(&order).await.unwrap_err();
    assert!(transient(fault).contains("is no request of plugin protocol 0"));
}

#[test]
fn a_reading_process_changes_nothing_and_a_writing_one_reads_nothing() {
    let hospital = Hospital::new();
    let before = hospital.bytes();
    let file = hospital.file().display().to_string();
    let order = serde_json::to_value(remove("order-1", month_end())).unwrap();
    let enforce = serde_json::json!({ "id": 1, "do": "enforce", "order": order }).to_string();
    let mut reader = Talk::start(hospital.folder.path(), &["--file", &file, "--system", "erp"]);
    reader.say(&enforce);
    assert!(reader.hear().contains("works with the read credential and changes nothing"));
    assert_eq!(hospital.bytes(), before);
    let write = ["--file", &file, "--system", "erp", "--as", "write"];
    let mut writer = Talk::start(hospital.folder.path(), &write);
    writer.say(r#"{"id":1,"do":"observe"}"#);
    assert!(writer.hear().contains("works with the write credential and reads nothing"));
    writer.say(r#"{"id":2,"do":"hello","protocol":[7],"as":"write","system":"erp"}"#);
    assert!(writer.hear().contains("was offered [7]"));
}

#[tokio::test]
async fn the_script_of_a_preview_works_by_hand_and_its_undo_takes_it_back() {
    let hospital = Hospital::new();
    let mut config = hospital.config("erp", &[]);
    config.read_only = true;
    let erp = Connector::Plugin(Plugin::new(config));
    let order = remove("order-1", month_end());
    assert!(permanent(erp.enforce(&order).await.unwrap_err()).contains("read-only"));
    let preview = erp.preview(&order).await.unwrap();
    let shell = |script: &str| {
        let bin = Path::new(BINARY).parent().unwrap().display().to_string();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
        let done = Command::new("sh").args(["-c", script]).env("PATH", path).output().unwrap();
        assert_eq!(done.stdout, b"changed\n", "{done:?}");
    };
    let claim = Claim::EdgeGone { edge: month_end() };
    shell(&preview.script[0]);
    assert_eq!(erp.verify(&claim).await.unwrap().holds, Holds::Yes);
    shell(&preview.undo[0]);
    assert!(matches!(erp.verify(&claim).await.unwrap().holds, Holds::No { .. }));
}

#[tokio::test]
async fn what_a_sandbox_cannot_take_away_is_said_before_and_after_the_order() {
    let hospital = Hospital::new();
    let erp = hospital.connect("erp", &[]);
    let source = node("sandbox/erp/account/svc-vendor-sync");
    let target = node("nordhaven/service/vendor-sync");
    let order = remove("order-1", EdgeKey { source, kind: EdgeKind::IsAccountOf, target });
    let preview = erp.preview(&order).await.unwrap();
    assert!(preview.obstacles[0].contains("not `is_account_of`"), "{:?}", preview.obstacles);
    let fault = permanent(erp.enforce(&order).await.unwrap_err());
    assert!(fault.contains("choose one of those on the path"), "{fault}");
}

#[test]
fn what_is_wrong_with_a_file_a_system_or_an_edge_is_said_with_exit_code_2() {
    let hospital = Hospital::new();
    let refused = |output: &Output, words: &str| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    };
    let before = hospital.bytes();
    refused(&init(&sample(), &hospital.file(), &[]), "is there already: give `--fresh`");
    refused(&init(&sample(), &hospital.file(), &["--fresh", "--system", "hr"]), "no system `hr`");
    let nowhere = hospital.folder.path().join("nowhere");
    refused(&init(&nowhere, &hospital.folder.path().join("x.json"), &[]), "nowhere");
    let edge = month_end().to_string();
    let by_hand = |system, edge| hospital.by_hand("remove", &["--system", system, "--edge", edge]);
    refused(&by_hand("hr", &edge), "no system `hr`");
    refused(&by_hand("erp", "a-b"), "write SOURCE,KIND,TARGET");
    let add = hospital.by_hand("add", &["--system", "erp", "--edge", "a,member_of,b"]);
    refused(&add, "there is no `a` in this system");
    assert_eq!(hospital.bytes(), before);
    std::fs::write(hospital.file(), "{").unwrap();
    refused(&by_hand("erp", &edge), "is no sandbox file");
    std::fs::write(hospital.file(), r#"{"version":9,"systems":{}}"#).unwrap();
    refused(&by_hand("erp", &edge), "has form 9");
    let nothing = Command::new(BINARY).arg("sandbox").output().unwrap();
    refused(&nothing, "give `--file` and `--system`");
}

#[test]
fn init_can_take_one_system_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.json");
    assert_eq!(init(&sample(), &file, &["--system", "records"]).status.code(), Some(0));
    let state: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let systems: Vec<&String> = state["systems"].as_object().unwrap().keys().collect();
    assert_eq!(systems, ["records"]);
    let nodes = state["systems"]["records"]["nodes"].as_array().unwrap();
    let home = |node: &serde_json::Value| node["system"].as_str().unwrap().to_owned();
    let homes: BTreeSet<String> = nodes.iter().map(home).collect();
    assert_eq!(homes, BTreeSet::from(["nordhaven".to_owned(), "records".to_owned()]));
}

#[test]
fn the_sample_organisation_has_forty_identities_three_systems_and_no_loose_end() {
    let options = FileOptions { default_namespace: "default".into(), read_at: noon() };
    let said = read(&sample(), &options);
    assert_eq!(said.run.unreadable, []);
    let nodes = &said.run.facts.nodes;
    let of_kind = |kind: NodeKind| nodes.iter().filter(|it| it.kind == kind).count();
    let identities: BTreeSet<&NodeId> =
        nodes.iter().filter(|it| it.kind.is_identity()).map(|it| &it.id).collect();
    assert_eq!(identities.len(), 40);
    assert_eq!(of_kind(NodeKind::Person), 27);
    assert_eq!((of_kind(NodeKind::Pipeline), of_kind(NodeKind::Vendor)), (1, 1));
    assert_eq!((of_kind(NodeKind::AiAgent), of_kind(NodeKind::System)), (1, 3));
    let known: BTreeSet<&NodeId> = nodes.iter().map(|it| &it.id).collect();
    let edges = &said.run.facts.edges;
    let ends = edges.iter().flat_map(|it| [&it.key.source, &it.key.target]);
    assert_eq!(ends.filter(|id| !known.contains(id)).count(), 0);
    let with_account: BTreeSet<&NodeId> = edges
        .iter()
        .filter(|it| it.key.kind == EdgeKind::IsAccountOf)
        .map(|it| &it.key.target)
        .collect();
    assert_eq!(with_account, identities, "every identity has an account somewhere");
    let without_owner = |it: &&countersign_access::node::Node| {
        it.kind.is_identity() && it.kind != NodeKind::Person && it.owner.is_none()
    };
    assert_eq!(nodes.iter().filter(without_owner).count(), 0);
}

#[test]
fn the_sample_organisation_has_somebody_in_every_seat_and_an_owner_for_every_process() {
    let table = |name: &str| -> toml::Table {
        std::fs::read_to_string(sample().join(name)).unwrap().parse().unwrap()
    };
    let (people, processes) = (table("people.toml"), table("processes.toml"));
    let people = people["person"].as_array().unwrap();
    let texts = |row: &toml::Value, key: &str| -> Vec<String> {
        row[key].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let ids: BTreeSet<&str> = people.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), people.len());
    let in_seat =
        |seat: &str| people.iter().filter(|it| texts(it, "seats").contains(&seat.into())).count();
    let seats = ["business", "control", "security", "legal", "operations", "auditor"];
    assert_eq!(seats.map(in_seat), [5, 2, 2, 1, 1, 1]);

    let options = FileOptions { default_namespace: "default".into(), read_at: noon() };
    let nodes = read(&sample(), &options).run.facts.nodes;
    let persons: BTreeSet<&str> =
        nodes.iter().filter(|it| it.kind == NodeKind::Person).map(|it| it.id.as_str()).collect();
    for person in people {
        assert!(texts(person, "deputies").iter().all(|id| ids.contains(id.as_str())), "{person}");
        let own = texts(person, "identities");
        assert!(!own.is_empty() && own.iter().all(|id| persons.contains(id.as_str())), "{person}");
    }
    let processes = processes["process"].as_array().unwrap();
    let keys: BTreeSet<&str> = processes.iter().map(|it| it["id"].as_str().unwrap()).collect();
    for process in processes {
        let (key, owner) = (process["id"].as_str().unwrap(), process["owner"].as_str().unwrap());
        let owner = people.iter().find(|it| it["id"].as_str() == Some(owner)).unwrap();
        assert!(texts(owner, "seats").contains(&"business".into()), "{owner}");
        assert!(texts(owner, "processes").contains(&key.into()), "{owner}");
    }
    let named: BTreeSet<&str> = nodes.iter().filter_map(|it| it.process.as_deref()).collect();
    assert_eq!(named, keys, "nodes name the processes that are defined");
    let business = countersign_policy::rules::builtin();
    let rules = business.iter().filter(|it| it.id == "business").flat_map(|it| &it.rules);
    let of_rules: BTreeSet<&str> = rules.filter_map(|it| it.process.as_deref()).collect();
    assert_eq!(of_rules, keys, "so do the rules");
}
