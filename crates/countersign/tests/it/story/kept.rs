//! What one source reads incompletely, loses in the store, or is judged by rules that are no longer in
//! force: none of it ends a finding. Reads are staged as a reader of a system stages them, so that a
//! test says what was read and how completely.

use std::fmt::Write;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, SourceId, Unreadable};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::id::RunId;
use countersign_governance::{Command, system};
use countersign_server::act::Asked;
use countersign_store::reached::JUDGE;
use countersign_store::stage::facts::RunDigest;
use countersign_store::stage::{self, Finish};
use jiff::SignedDuration;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use super::rules::{OTHER, adopt_unreadable};
use super::{found, toxic_target, watching};
use crate::lab::place::PG15;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business, own_rules};

/// Says who may do what, and nothing of duties.
const ERP: &str = "erp";

/// Says of entitlements to which duty they belong. Its name comes later, so that what both say is
/// cited from the other.
const TAGS: &str = "tags";

/// One account with both duties, as the two sources together say.
async fn lab() -> Option<Lab> {
    let nodes = "id,kind,name,system\nerp,system,ERP,erp\ntags,system,Tags,tags\n";
    let sandbox = Sandbox::of_csv(nodes, "source,kind,target\n");
    let mut systems = String::new();
    for name in [ERP, TAGS] {
        let _always = write!(systems, "{}", sandbox.system(name, &[], ""));
    }
    let place = Place::new(Keep::Sqlite).await?;
    Some(Lab::start(place, &systems, business()).await)
}

fn node(source: &SourceId, id: &str, kind: NodeKind) -> Node {
    let id = NodeId::new(id).expect("an id");
    let name = id.to_string();
    Node::new(id, kind, &name, "erp", source.at("here"))
}

fn access() -> Chunk {
    let source = SourceId::new(ERP);
    let mut facts = Chunk::default();
    for (id, kind) in [
        ("pay", NodeKind::Account),
        ("ap", NodeKind::Role),
        ("vendor", NodeKind::Entitlement),
        ("payment", NodeKind::Entitlement),
    ] {
        let mut node = node(&source, id, kind);
        if kind == NodeKind::Account {
            node.tags.insert("login".to_owned(), String::new());
        }
        facts.nodes.push(node);
    }
    for (from, kind, to) in [
        ("pay", EdgeKind::MemberOf, "ap"),
        ("ap", EdgeKind::Grants, "vendor"),
        ("ap", EdgeKind::Grants, "payment"),
    ] {
        let [from, to] = [from, to].map(|id| NodeId::new(id).expect("an id"));
        facts.edges.push(Edge::new(from, kind, to, source.at("here")));
    }
    facts
}

fn duties(of: &[(&str, &str)]) -> Chunk {
    let source = SourceId::new(TAGS);
    let mut facts = Chunk::default();
    for id in ["vendor", "payment"] {
        let mut node = node(&source, id, NodeKind::Entitlement);
        for (_, duty) in of.iter().filter(|(name, _)| *name == id) {
            node.tags.insert("duty".to_owned(), (*duty).to_owned());
        }
        facts.nodes.push(node);
    }
    facts
}

const BOTH: [(&str, &str); 2] = [("vendor", "create_vendor"), ("payment", "approve_payment")];

/// Has a source say something, in two chunks; answers the position of the read.
async fn says(lab: &Lab, source: &str, facts: Chunk, complete: bool) -> i64 {
    lab.turn(SignedDuration::from_secs(1)).await;
    let door = lab.door();
    let name = SourceId::new(source);
    let target = lab.running().workers.targets.get(&name).expect("a configured system");
    let read_at = door.clock.now();
    let run = RunId(door.chance.id(read_at).expect("an id"));
    let id = run.to_string();
    door.store.begin_run(&id, &name, read_at).await.expect("a run");
    let count = u64::try_from(facts.nodes.len() + facts.edges.len()).expect("a few");
    let nodes = Chunk { nodes: facts.nodes, edges: Vec::new() };
    let edges = Chunk { nodes: Vec::new(), edges: facts.edges };
    let mut digest = RunDigest::default();
    for (n, chunk) in (0..).zip([nodes, edges]) {
        digest.add(door.store.put_chunk(&id, n, &chunk).await.expect("a chunk"));
    }
    let digest = digest.to_text();
    let denied = Unreadable { place: "half of it".to_owned(), why: "denied".to_owned() };
    let unreadable = if complete { Vec::new() } else { vec![denied] };
    let (counts, digest_too) = ("{}".to_owned(), digest.clone());
    let finish = Finish { chunks: 2, counts, digest: digest_too, unreadable };
    door.store.finish_run(&id, &finish).await.expect("an end");
    let offered = system::Offered { run, read_at, facts: count, complete, digest };
    let command = Command::System(target.id, system::Command::OfferRun(offered));
    door.act(Asked::new(Actor::Machine(Machine::Observer), command)).await.expect("accepted");
    let run = stage::run::get(&door.store, &id).await.expect("an answer").expect("the run");
    run.position.expect("it was accepted")
}

/// The same, and it is judged.
async fn shows(lab: &Lab, source: &str, facts: Chunk, complete: bool) {
    let position = says(lab, source, facts, complete).await;
    lab.judged(position).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_incomplete_read_took_out_of_sight_outlives_a_restart_and_reads_of_others() {
    let Some(mut lab) = lab().await else { return };
    shows(&lab, ERP, access(), true).await;
    shows(&lab, TAGS, duties(&BOTH), true).await;
    let reference = Lab::only(&lab.findings().await);
    let finding = lab.finding(&reference).await;
    let cited = finding["detail"]["paths"].to_string();
    assert!(!cited.contains(&format!("\"{TAGS}\"")), "the paths rest on the other source: {cited}");

    shows(&lab, TAGS, duties(&[("vendor", "create_vendor")]), false).await;
    assert_eq!(lab.finding(&reference).await["status"], "open");
    for _ in 0..2 {
        lab.stop().await;
        lab.go_on().await;
        shows(&lab, ERP, access(), true).await;
        assert_eq!(lab.events(&reference).await, ["opened"], "half of the duties was not read");
    }

    shows(&lab, TAGS, duties(&[("vendor", "create_vendor")]), true).await;
    lab.until_status(&reference, "gone").await;
    lab.states_are_folds().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_says_something_of_the_path_and_was_incomplete_keeps_others_from_ending_it() {
    let Some(lab) = lab().await else { return };
    shows(&lab, ERP, access(), true).await;
    shows(&lab, TAGS, duties(&BOTH), true).await;
    let reference = Lab::only(&lab.findings().await);
    shows(&lab, TAGS, duties(&BOTH), false).await;
    let mut less = access();
    less.edges.truncate(2);
    shows(&lab, ERP, less.clone(), true).await;
    assert_eq!(lab.events(&reference).await, ["opened"], "the other may say so too");
    shows(&lab, TAGS, duties(&BOTH), true).await;
    lab.until_status(&reference, "gone").await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_of_which_a_part_is_lost_in_the_store_is_never_taken_for_less_access() {
    let Some(mut lab) = lab().await else { return };
    shows(&lab, ERP, access(), true).await;
    shows(&lab, TAGS, duties(&BOTH), true).await;
    let reference = Lab::only(&lab.findings().await);
    lab.stop().await;
    lose_the_edges_of(&lab, ERP).await;
    lab.go_on().await;
    says(&lab, TAGS, duties(&BOTH), true).await;
    // Read completely again, the lost read is needed no more; it says nothing, and ends nothing.
    shows(&lab, ERP, access(), true).await;
    assert_eq!(lab.events(&reference).await, ["opened"]);
    let mut less = access();
    less.edges.truncate(2);
    shows(&lab, ERP, less, true).await;
    lab.until_status(&reference, "gone").await;
    lab.states_are_folds().await;
    lab.end().await;
}

/// As if the last chunk of each of its reads had been lost.
async fn lose_the_edges_of(lab: &Lab, source: &str) {
    let file = lab.settings().database;
    let file = file.strip_prefix("sqlite:").expect("a file");
    let mut link = SqliteConnection::connect(file).await.expect("the file");
    let sql = format!(
        "delete from chunk where n = 1 and run in (select id from run where source = '{source}')"
    );
    let done = link.execute(AssertSqlSafe(sql)).await.expect("a deletion");
    assert_eq!(done.rows_affected(), 1);
    link.close().await.expect("a connection ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_the_rules_in_force_leaves_judging_to_one_that_has_them() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(one) = watching(Keep::Postgres, &target).await else { return target.end().await };
    let reference = found(&one).await;
    let other = own_rules(OTHER);
    adopt_unreadable(&one, "security", &other).await;

    // It gives the work back, without being stopped and long before its lease runs out.
    let store = &one.door().store;
    let fence = one
        .until("the judge's work is free", async || {
            let now = one.server_clock().now();
            let hour = SignedDuration::from_hours(1);
            store.lease(JUDGE, "somebody", now, hour).await.expect("an answer")
        })
        .await;
    assert!(store.release(&fence).await.expect("an answer"));

    let mut two = one.beside_with(other).await;
    two.until_status(&reference, "rule_changed").await;
    // What the other judges, it follows; by its own rules it would open the finding again.
    let read = two.sync("hospital").await;
    one.judged(read["position"].as_i64().expect("a position")).await;
    assert_eq!(one.events(&reference).await, ["opened", "ended"]);
    one.states_are_folds().await;
    two.stop().await;
    one.end().await;
    target.end().await;
}
