//! The plugin connector against real child processes that do what plugins do on bad days. The
//! children are a few lines of `sh`; the sandbox, a whole plugin, is tested with the binary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_access::change::{Change, Claim, Evidence, Holds, Order, Outcome, Receipt};
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::NodeId;
use countersign_connect::plugin::{Config, Limits, Plugin};
use countersign_connect::{Connector, Fault, Seen};
use jiff::Timestamp;
use tokio::sync::mpsc;

/// What the children answer to hello; `$1` is their role, `$n` the request's number.
const HELLO: &str = r#"
hello() {
  IFS= read -r line || exit 0
  printf '{"id":%s,"ok":{"protocol":0,"name":"fake","as":"%s","manifest":{"kind":"fake","version":"1","revoke_membership":true,"revoke_grant":true,"disable_account":true,"secret_fields":["password"]}}}\n' "${n:-1}" "$role"
}
role=$1
"#;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn config(script: &str) -> Config {
    let script = format!("{HELLO}\n{script}");
    let command = vec!["sh".to_owned(), "-c".to_owned(), script];
    Config::new(SourceId::new("erp"), command, noon)
}

fn connect(script: &str) -> Connector {
    Connector::Plugin(Plugin::new(config(script)))
}

fn limited(script: &str, change: impl FnOnce(&mut Limits)) -> Connector {
    let mut config = config(script);
    change(&mut config.limits);
    Connector::Plugin(Plugin::new(config))
}

fn node(id: &str) -> NodeId {
    NodeId::new(id).unwrap()
}

fn edge() -> EdgeKey {
    let source = node("sandbox/erp/account/supplier-sync");
    let target = node("sandbox/erp/group/month-end");
    EdgeKey { source, kind: EdgeKind::MemberOf, target }
}

fn order() -> Order {
    let change = Change::RemoveEdge { edge: edge(), grantor: None };
    Order { key: "order-1".into(), system: SourceId::new("erp"), change }
}

fn claim() -> Claim {
    Claim::EdgeGone { edge: edge() }
}

async fn observe(connector: &Connector) -> (Result<Seen, Fault>, Vec<Chunk>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let collect = async {
        let mut chunks = Vec::new();
        while let Some(chunk) = receiver.recv().await {
            chunks.push(chunk);
        }
        chunks
    };
    tokio::join!(connector.observe(sender), collect)
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

fn first_time_only(folder: &Path, script: &str) -> String {
    let mark = folder.join("mark");
    let mark = mark.display();
    format!("if [ ! -e '{mark}' ]; then : > '{mark}'; {script}; fi")
}

const VERIFIED: &str = r#"hello; n=1; while IFS= read -r line; do n=$((n+1)); printf '{"id":%s,"ok":{"claim":{"what":"edge_gone","source":"sandbox/erp/account/supplier-sync","kind":"member_of","target":"sandbox/erp/group/month-end"},"holds":{"answer":"yes"},"read_by":"reader","read_from":"here","answer":{"password":"hunter2"}}}\n' $n; done"#;

#[tokio::test]
async fn the_documented_conversation_is_spoken_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    documented(folder.path());
    let script = format!(
        r#"while IFS= read -r line <&3; do case "$line" in
  "> "*) IFS= read -r got || exit 8
         [ "$got" = "${{line#> }}" ] || {{ printf 'expected %s got %s' "$line" "$got" >&2; exit 9; }};;
  "< "*) printf '%s\n' "${{line#< }}";;
esac; done 3< '{}'/"$1"; cat >/dev/null"#,
        folder.path().display()
    );
    let erp = connect(&script);

    assert_eq!(erp.manifest().await.unwrap().kind, "sandbox");
    let (seen, chunks) = observe(&erp).await;
    assert_eq!(seen.unwrap(), Seen::default());
    assert_eq!(chunks.iter().map(|it| it.nodes.len()).sum::<usize>(), 4);
    let edges: Vec<EdgeKey> =
        chunks.iter().flat_map(|it| it.edges.iter().map(|edge| edge.key.clone())).collect();
    assert!(edges.contains(&edge()));

    let before: Evidence = erp.verify(&claim()).await.unwrap();
    assert!(matches!(before.holds, Holds::No { .. }), "{:?}", before.holds);
    let preview = erp.preview(&order()).await.unwrap();
    assert_eq!((preview.script.len(), preview.undo.len()), (1, 1));
    assert!(preview.obstacles.is_empty());
    let receipt: Receipt = erp.enforce(&order()).await.unwrap();
    assert_eq!((receipt.outcome, receipt.at), (Outcome::Changed, noon()));
    let after = erp.verify(&claim()).await.unwrap();
    assert_eq!((after.holds, after.read_at), (Holds::Yes, noon()));
    let account = node("sandbox/erp/account/nobody");
    let change = Change::DisableAccount { account };
    let unknown = Order { key: "order-2".into(), change, ..order() };
    let no = permanent(erp.enforce(&unknown).await.unwrap_err());
    assert!(no.starts_with("the system `erp` says: "), "{no}");
}

/// The two transcripts of the protocol's page, as files `read` and `write`.
fn documented(folder: &Path) {
    let page =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/plugin-protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    for role in ["read", "write"] {
        let open = format!("```text {role}\n");
        let (_, rest) = page.split_once(&open).unwrap_or_else(|| panic!("no `{role}` transcript"));
        let (transcript, _) = rest.split_once("```").unwrap();
        std::fs::write(folder.join(role), transcript).unwrap();
    }
}

#[tokio::test]
async fn a_plugin_that_dies_is_named_with_its_last_words_and_started_again_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let dies = first_time_only(folder.path(), "hello; read -r x; echo disk full >&2; exit 7");
    let erp = connect(&format!("{dies}\n{VERIFIED}"));
    let fault = transient(erp.verify(&claim()).await.unwrap_err());
    assert!(
        fault.contains("the plugin of the system `erp` ended before it had answered"),
        "{fault}"
    );
    assert!(fault.contains("exit status: 7") && fault.contains("`disk full`"), "{fault}");
    assert_eq!(erp.verify(&claim()).await.unwrap().holds, Holds::Yes);
}

#[tokio::test]
async fn a_plugin_that_died_while_idle_is_replaced_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let dies = first_time_only(
        folder.path(),
        &format!("trap ': > {}' EXIT; hello; exit 0", gone.display()),
    );
    let erp = connect(&format!("{dies}\n{VERIFIED}"));
    erp.manifest().await.unwrap();
    let wait = async {
        while !gone.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
    // The mark is made just before the end: the one request that may still meet it is allowed to
    // fail, for that reason only.
    match erp.verify(&claim()).await {
        Ok(evidence) => assert_eq!(evidence.holds, Holds::Yes),
        Err(fault) => assert!(transient(fault).contains("ended before")),
    }
    assert_eq!(erp.verify(&claim()).await.unwrap().holds, Holds::Yes);
}

#[tokio::test]
async fn a_plugin_that_hangs_is_ended_after_the_limit_and_an_order_is_then_in_doubt() {
    let erp = limited("hello; cat >/dev/null", |it| it.silence = Duration::from_millis(400));
    let fault = transient(erp.enforce(&order()).await.unwrap_err());
    assert!(fault.contains("said nothing for 0.4 s"), "{fault}");
    assert!(fault.contains("whether the order was carried out is not known"), "{fault}");
}

#[tokio::test]
async fn a_plugin_that_does_not_read_is_ended_after_the_limit() {
    let erp = limited("hello; exec tail -f /dev/null", |it| {
        it.silence = Duration::from_millis(400);
    });
    let mut long = order();
    long.key = "k".repeat(1_000_000);
    let fault = transient(erp.enforce(&long).await.unwrap_err());
    assert!(fault.contains("said nothing"), "{fault}");
}

#[tokio::test]
async fn garbage_is_permanent_and_says_what_to_do() {
    for line in ["Starting up...", "", "{}", "7", r#"{"id":2"#, r#"{"id":"2","ok":{}}"#, "\\377"] {
        let erp = connect(&format!("hello; read -r x; printf '{line}\\n'; cat >/dev/null"));
        let fault = permanent(erp.verify(&claim()).await.unwrap_err());
        assert!(fault.contains("not an answer of plugin protocol 0"), "{line}: {fault}");
        assert!(fault.contains("prints nothing else"), "{line}: {fault}");
    }
}

#[tokio::test]
async fn an_answer_of_no_form_or_of_two_is_refused() {
    let refused = r#"{"kind":"permanent","message":"no"}"#;
    let both =
        format!(r#"{{"id":2,"ok":{{"key":"order-1","outcome":"changed"}},"error":{refused}}}"#);
    for line in [r#"{"id":2}"#, r#"{"id":2,"chunk":{"nodes":[],"edges":[]}}"#, both.as_str()] {
        let erp = connect(&format!("hello; read -r x; printf '%s\\n' '{line}'; cat >/dev/null"));
        let fault = permanent(erp.enforce(&order()).await.unwrap_err());
        assert!(fault.contains("neither `ok` nor `error`"), "{line}: {fault}");
    }
}

#[tokio::test]
async fn an_answer_to_another_request_is_refused() {
    let erp = connect(
        r#"hello; read -r x; printf '{"id":9,"error":{"kind":"permanent","message":"x"}}\n'; cat >/dev/null"#,
    );
    let fault = permanent(erp.verify(&claim()).await.unwrap_err());
    assert!(fault.contains("answered request 9 when it was asked request 2"), "{fault}");
}

#[tokio::test]
async fn a_yes_to_another_order_is_no_receipt() {
    let erp = connect(
        r#"hello; read -r x; printf '{"id":2,"ok":{"key":"order-2","outcome":"changed"}}\n'; cat >/dev/null"#,
    );
    let fault = permanent(erp.enforce(&order()).await.unwrap_err());
    assert!(
        fault.contains("for the order `order-2` when it was given the order `order-1`"),
        "{fault}"
    );
    assert!(fault.contains("is not known"), "{fault}");
}

#[tokio::test]
async fn a_read_back_of_another_claim_is_no_evidence() {
    let erp = connect(VERIFIED);
    let account = node("sandbox/erp/account/supplier-sync");
    let other = Claim::AccountDisabled { account };
    let fault = permanent(erp.verify(&other).await.unwrap_err());
    assert!(fault.contains("answered another claim"), "{fault}");
}

#[tokio::test]
async fn fields_that_the_manifest_calls_secret_are_removed_from_evidence() {
    let evidence = connect(VERIFIED).verify(&claim()).await.unwrap();
    assert_eq!(evidence.answer, br#"{"password":"[removed]"}"#);
}

#[tokio::test]
async fn a_line_over_the_limit_is_cut_off_and_the_plugin_ended() {
    let erp = limited(
        "hello; read -r x; head -c 100000 /dev/zero | tr '\\0' x; echo; cat >/dev/null",
        |it| it.line_bytes_max = 1_000,
    );
    let fault = permanent(erp.verify(&claim()).await.unwrap_err());
    assert!(fault.contains("a line of more than 1000 bytes"), "{fault}");
}

#[tokio::test]
async fn a_flood_of_chunks_ends_at_the_limit() {
    let erp = limited(
        r#"hello; read -r x; while printf '{"id":2,"chunk":{"nodes":[],"edges":[]}}\n'; do :; done"#,
        |it| it.chunks_max = 50,
    );
    let (seen, chunks) = observe(&erp).await;
    let fault = permanent(seen.unwrap_err());
    assert!(fault.contains("more than 50 chunks"), "{fault}");
    assert_eq!(chunks.len(), 50);
}

#[tokio::test]
async fn a_read_that_never_ends_is_ended_by_the_clock() {
    let erp = limited(
        r#"hello; read -r x; while printf '{"id":2,"chunk":{"nodes":[],"edges":[]}}\n'; do :; done"#,
        |it| {
            it.chunks_max = u64::MAX;
            it.observe = Duration::from_millis(300);
        },
    );
    let (seen, _) = observe(&erp).await;
    let fault = transient(seen.unwrap_err());
    assert!(fault.contains("had not finished reading after 0.3 s"), "{fault}");
}

#[tokio::test]
async fn a_chunk_over_the_limit_and_a_lost_chunk_are_refused() {
    let node = r#"{"id":"a","kind":"role","name":"a","system":"erp","because":{"source":"x","locator":"a"}}"#;
    let script = |said: u64| {
        format!(
            r#"hello; read -r x; printf '%s\n' '{{"id":2,"chunk":{{"nodes":[{node},{node}],"edges":[]}}}}' '{{"id":2,"end":{{"chunks":{said}}}}}'; cat >/dev/null"#
        )
    };
    let erp = limited(&script(1), |it| it.facts_per_chunk_max = 1);
    let fault = permanent(observe(&erp).await.0.unwrap_err());
    assert!(fault.contains("a chunk of 2 nodes and edges, more than the 1"), "{fault}");
    let fault = permanent(observe(&connect(&script(2))).await.0.unwrap_err());
    assert!(fault.contains("says that it sent 2 chunks, but 1 arrived"), "{fault}");
}

#[tokio::test]
async fn what_could_not_be_read_arrives_and_facts_belong_to_the_system_that_was_asked() {
    let node = r#"{"id":"a","kind":"role","name":"a","system":"erp","because":{"source":"another","locator":"a"}}"#;
    let erp = connect(&format!(
        r#"hello; read -r x; printf '%s\n' '{{"id":2,"chunk":{{"nodes":[{node}],"edges":[]}}}}' '{{"id":2,"end":{{"chunks":1,"unreadable":[{{"where":"table grants","why":"denied"}}]}}}}'; cat >/dev/null"#
    ));
    let (seen, chunks) = observe(&erp).await;
    assert_eq!(seen.unwrap().unreadable[0].place, "table grants");
    assert_eq!(chunks[0].nodes[0].because.source, SourceId::new("erp"));
}

#[tokio::test]
async fn a_receiver_that_goes_away_ends_the_read() {
    let erp = connect(
        r#"hello; read -r x; while printf '{"id":2,"chunk":{"nodes":[],"edges":[]}}\n'; do :; done"#,
    );
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let fault = transient(erp.observe(sender).await.unwrap_err());
    assert!(fault.contains("the receiver of its facts has gone"), "{fault}");
}

#[tokio::test]
async fn another_protocol_version_and_another_role_are_refused_at_hello() {
    let newer = connect(
        r#"read -r x; printf '{"id":1,"ok":{"protocol":7,"name":"n","as":"read","manifest":{"kind":"fake","version":"1","revoke_membership":true,"revoke_grant":true,"disable_account":true,"secret_fields":[]}}}\n'; cat >/dev/null"#,
    );
    let fault = permanent(newer.manifest().await.unwrap_err());
    assert!(fault.contains("plugin protocol 7"), "{fault}");
    let confused = connect("role=read; hello; cat >/dev/null");
    assert!(confused.manifest().await.is_ok());
    let fault = permanent(confused.enforce(&order()).await.unwrap_err());
    assert!(fault.contains("works as `read` though it was started as `write`"), "{fault}");
}

#[tokio::test]
async fn the_plugins_own_no_is_passed_on_and_the_process_is_kept() {
    let erp = connect(
        r#"hello; n=1; while read -r x; do n=$((n+1)); printf '{"id":%s,"error":{"kind":"transient","message":"busy %s"}}\n' $n $$; done"#,
    );
    let first = transient(erp.enforce(&order()).await.unwrap_err());
    let second = transient(erp.enforce(&order()).await.unwrap_err());
    assert!(first.starts_with("the system `erp` says: busy "), "{first}");
    assert_eq!(first, second, "the same process id answered twice");
}

#[tokio::test]
async fn reading_and_writing_are_two_processes_and_each_sees_path_and_its_own_names_only() {
    // Cargo and nextest set these two for every test; setting others here would be unsafe.
    let script = r#"hello; read -r x
names=$(tr '\0' '\n' < /proc/$$/environ | cut -d= -f1 | sort | tr '\n' ' ')
printf '{"id":2,"error":{"kind":"permanent","message":"%s"}}\n' "$names"; cat >/dev/null"#;
    let mut config = config(script);
    config.env = vec!["CARGO_PKG_NAME".into()];
    config.write_env = vec!["CARGO_MANIFEST_DIR".into()];
    let erp = Connector::Plugin(Plugin::new(config));
    let read = permanent(erp.verify(&claim()).await.unwrap_err());
    assert!(read.ends_with("says: CARGO_PKG_NAME PATH "), "{read}");
    let write = permanent(erp.enforce(&order()).await.unwrap_err());
    assert!(write.ends_with("says: CARGO_MANIFEST_DIR CARGO_PKG_NAME PATH "), "{write}");
}

#[tokio::test]
async fn a_secret_from_the_environment_never_reaches_a_message() {
    let mut config = config(r#"hello; read -r x; echo "token $CARGO_PKG_NAME" >&2; exit 1"#);
    config.read_env = vec!["CARGO_PKG_NAME".into()];
    let erp = Connector::Plugin(Plugin::new(config));
    let fault = transient(erp.verify(&claim()).await.unwrap_err());
    assert!(fault.contains("`token [removed]`"), "{fault}");
}

#[tokio::test]
async fn a_secret_that_the_limit_of_the_error_output_cuts_in_two_is_removed_as_well() {
    let script = r#"hello; read -r x; printf '%s%s' "$CARGO_PKG_NAME" ": refused" >&2; exit 1"#;
    let mut config = config(script);
    config.read_env = vec!["CARGO_PKG_NAME".into()];
    config.limits.stderr_bytes_max = "sign-connect: refused".len();
    let erp = Connector::Plugin(Plugin::new(config));
    let fault = transient(erp.verify(&claim()).await.unwrap_err());
    assert!(fault.ends_with("ends in: `: refused`"), "{fault}");
}

#[tokio::test]
async fn a_variable_that_is_not_set_and_a_program_that_is_not_there_are_named() {
    let mut unset = config("hello");
    unset.env = vec!["COUNTERSIGN_SURELY_NOT_SET".into()];
    let fault = permanent(Connector::Plugin(Plugin::new(unset)).manifest().await.unwrap_err());
    assert!(fault.contains("`COUNTERSIGN_SURELY_NOT_SET`, which is not set"), "{fault}");
    let mut absent = config("hello");
    absent.command = vec!["/nowhere/plugin".into()];
    let fault = permanent(Connector::Plugin(Plugin::new(absent)).manifest().await.unwrap_err());
    assert!(fault.contains("`/nowhere/plugin`") && fault.contains("check the command"), "{fault}");
    let mut empty = config("hello");
    empty.command = Vec::new();
    let fault = permanent(Connector::Plugin(Plugin::new(empty)).manifest().await.unwrap_err());
    assert!(fault.contains("has no plugin command"), "{fault}");
}

#[tokio::test]
async fn read_only_never_starts_a_writing_process() {
    let mut config = config(
        r#"[ "$1" = read ] || exit 3; hello; read -r x; printf '{"id":2,"ok":{"script":["do it"],"undo":["undo it"],"obstacles":[]}}\n'; cat >/dev/null"#,
    );
    config.read_only = true;
    let erp = Connector::Plugin(Plugin::new(config));
    let preview = erp.preview(&order()).await.unwrap();
    assert_eq!(preview.script, ["do it"]);
    assert!(preview.obstacles[0].contains("connected read-only"), "{:?}", preview.obstacles);
    let fault = permanent(erp.enforce(&order()).await.unwrap_err());
    assert!(fault.contains("connected read-only"), "{fault}");
}

#[tokio::test]
async fn an_order_for_another_system_is_not_sent() {
    let erp = connect("exit 1");
    let stray = Order { system: SourceId::new("records"), ..order() };
    let fault = permanent(erp.enforce(&stray).await.unwrap_err());
    assert!(fault.contains("for the system `records`, not for `erp`"), "{fault}");
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_no_process_that_owes_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let stuck = first_time_only(folder.path(), "hello; cat >/dev/null");
    let erp = connect(&format!("{stuck}\n{VERIFIED}"));
    let given_up = tokio::time::timeout(Duration::from_millis(300), erp.verify(&claim())).await;
    assert!(given_up.is_err());
    assert_eq!(erp.verify(&claim()).await.unwrap().holds, Holds::Yes);
}

#[tokio::test]
async fn a_loud_error_output_blocks_nothing_and_only_its_end_is_kept() {
    let erp = connect(
        "hello; read -r x; head -c 3000000 /dev/zero | tr '\\0' y >&2; echo the end >&2; exit 1",
    );
    let fault = transient(erp.verify(&claim()).await.unwrap_err());
    assert!(fault.ends_with("the end`"), "{fault}");
    assert!(fault.len() < 3_000, "{} bytes", fault.len());
}

#[tokio::test]
async fn requests_at_the_same_time_have_a_process_each() {
    let erp = connect(VERIFIED);
    let claim = claim();
    let (a, b, c) = tokio::join!(erp.verify(&claim), erp.verify(&claim), erp.verify(&claim));
    assert_eq!([a, b, c].map(|it| it.unwrap().holds), [Holds::Yes, Holds::Yes, Holds::Yes]);
}
