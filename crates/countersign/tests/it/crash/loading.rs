//! A start with much to load: the server answers from the first moment and says how far it is, is ready only
//! when its graph is there, ends within moments when it is told to while it loads, and breaks nothing by it.

use std::time::{Duration, Instant};

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_server::clock::Clock;
use countersign_store::reached::JUDGE;
use countersign_store::stage::Finish;
use countersign_store::stage::facts::RunDigest;
use countersign_store::{Fault, Store};
use jiff::SignedDuration;

use super::both;
use super::instance::{AUDITOR, Instance, SYSTEMS};
use crate::lab::wait_for;

both! {
    a_server_says_how_far_its_graph_is_and_can_be_stopped_meanwhile,
}

/// Identities that each system speaks of, each a member of as many groups; a build that is not optimised is
/// at it for seconds.
const IDENTITIES: usize = 6_000;
const GROUPS: usize = 8;

/// Longest time from the word to stop to the end of the process. What is loaded takes longer.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

/// What one system says.
fn said(source: &SourceId) -> Chunk {
    let id = |kind: &str, number: usize| {
        NodeId::new(format!("{source}/{kind}/{number}")).expect("an id")
    };
    let node = |kind, word: &str, number: usize| {
        let id = id(word, number);
        let name = id.to_string();
        Node::new(id, kind, &name, source.as_str(), source.at("here"))
    };
    let mut facts = Chunk::default();
    facts.nodes.extend((0..GROUPS).map(|number| node(NodeKind::Group, "group", number)));
    facts.nodes.extend((0..IDENTITIES).map(|number| node(NodeKind::Account, "account", number)));
    for identity in 0..IDENTITIES {
        facts.edges.extend((0..GROUPS).map(|group| {
            let because = source.at(format!("{identity}:{group}"));
            Edge::new(id("account", identity), EdgeKind::MemberOf, id("group", group), because)
        }));
    }
    facts
}

/// Has all systems read and judged, as if an earlier server had done it.
async fn much_was_read(store: &Store) {
    let now = Clock::real().now();
    for name in SYSTEMS {
        let source = SourceId::new(name);
        let facts = said(&source);
        let (run, counts) = (
            format!("much-of-{name}"),
            format!(r#"{{"nodes":{},"edges":{}}}"#, facts.nodes.len(), facts.edges.len()),
        );
        store.begin_run(&run, &source, now).await.expect("a run");
        let mut digest = RunDigest::default();
        let nodes = facts.nodes.chunks(1_000).map(|it| (it, &[][..]));
        let edges = facts.edges.chunks(1_000).map(|it| (&[][..], it));
        let mut chunks = 0;
        for (nodes, edges) in nodes.chain(edges) {
            let chunk = Chunk { nodes: nodes.to_vec(), edges: edges.to_vec() };
            digest.add(store.put_chunk(&run, chunks, &chunk).await.expect("a chunk"));
            chunks += 1;
        }
        let finish = Finish { chunks, counts, digest: digest.to_text(), unreadable: Vec::new() };
        store.finish_run(&run, &finish).await.expect("an end");
        let minute = SignedDuration::from_mins(1);
        let fence = store.lease(JUDGE, "somebody", now, minute).await.expect("an answer");
        let fence = fence.expect("nobody judges");
        let judged = store.transact_with((run, fence.clone()), move |tx, (run, fence)| {
            Box::pin(async move {
                let position = tx.accept_run(run, now).await?;
                tx.set_judged_position(fence, position).await
            })
        });
        let judged: Result<(), Fault> = judged.await;
        judged.expect("it is accepted and judged");
        assert!(store.release(&fence).await.expect("an answer"));
    }
}

async fn a_server_says_how_far_its_graph_is_and_can_be_stopped_meanwhile(mut instance: Instance) {
    let store = instance.store().await;
    much_was_read(&store).await;
    store.close().await;

    instance.start(None);
    let connections = SYSTEMS.len() * IDENTITIES * GROUPS;
    wait_for("it says how far it is", async || {
        let (status, words) = instance.text("/readyz").await;
        assert_eq!(status, 503, "a build that is not optimised takes longer: {words}");
        words.contains(&format!("{connections} connections")).then_some(())
    })
    .await;
    assert_eq!(instance.text("/healthz").await, (200, "ok\n".to_owned()));
    let (status, body) =
        instance.send(AUDITOR, "/graph/stats", None, None).await.expect("it lives");
    assert_eq!(status, 503, "{body:#}");
    let detail = body["detail"].as_str().expect("a detail");
    assert!(detail.contains(&format!("{connections} connections")), "{detail}");

    let told = Instant::now();
    instance.stop().await;
    assert!(told.elapsed() < ENDS_WITHIN, "{:?}", told.elapsed());

    instance.start(None);
    wait_for("the graph is there", async || {
        (instance.text("/readyz").await == (200, "ready\n".to_owned())).then_some(())
    })
    .await;
    let stats = instance.ask("/graph/stats").await;
    assert_eq!(stats["edges"], connections, "{stats:#}");
    instance.ends_whole().await;
}
