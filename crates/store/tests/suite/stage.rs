use countersign_access::fact::{Chunk, SourceId, Unreadable};
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_store::stage::facts::{NotReadBack, Progress, RunDigest, all, whole};
use countersign_store::stage::run::{self, Standing};
use countersign_store::stage::{CHUNKS_MAX, Finish, chunk};
use countersign_store::{Fault, Kind, Store, read};

use crate::both::{Place, at, both};

both! {
    a_run_that_was_cut_off_goes_on_where_it_stopped,
    a_run_is_invisible_until_it_is_accepted,
    a_run_with_a_missing_chunk_does_not_end,
    a_chunk_is_stored_once_and_never_exchanged,
    visible_runs_are_the_last_complete_one_and_the_partial_ones_after_it,
    what_was_known_at_an_instant_are_the_reads_that_had_begun_by_then,
    positions_of_accepted_runs_are_dense_and_in_order,
    stale_staged_runs_are_discarded_and_accepted_ones_are_not,
    a_held_run_is_discarded_only_once_a_later_read_overtook_it,
    runs_are_read_back_as_they_were_stored_or_not_at_all,
}

fn facts(n: i64) -> Chunk {
    let source = SourceId::new("pg");
    let nodes = (0..50)
        .map(|node| {
            let id = NodeId::new(format!("pg/role/{n}/{node}")).unwrap();
            Node::new(id, NodeKind::Role, "role", "pg", source.at(format!("role {node}")))
        })
        .collect();
    Chunk { nodes, edges: Vec::new() }
}

fn finish(chunks: i64, complete: bool) -> Finish {
    let unreadable = Unreadable { place: "pg_authid".to_owned(), why: "denied".to_owned() };
    Finish {
        chunks,
        counts: "{\"nodes\":50}".to_owned(),
        digest: "d".to_owned(),
        unreadable: if complete { Vec::new() } else { vec![unreadable] },
    }
}

/// Stages a whole run of one chunk.
async fn staged(store: &Store, id: &str, source: &str, complete: bool) {
    store.begin_run(id, &SourceId::new(source), at(0)).await.unwrap();
    store.put_chunk(id, 0, &facts(0)).await.unwrap();
    store.finish_run(id, &finish(1, complete)).await.unwrap();
}

async fn accept(store: &Store, id: &str) -> Result<i64, Fault> {
    store.transact_with(id.to_owned(), |tx, id| Box::pin(tx.accept_run(id, at(9)))).await
}

async fn hold(store: &Store, id: &str) -> Result<(), Fault> {
    store.transact_with(id.to_owned(), |tx, id| Box::pin(tx.hold_run(id, "too few"))).await
}

async fn ids(store: &Store, position: i64) -> Vec<String> {
    let runs = run::visible(store, position).await.unwrap();
    runs.into_iter().map(|run| run.id).collect()
}

async fn a_run_that_was_cut_off_goes_on_where_it_stopped(place: &Place) {
    let source = SourceId::new("pg");
    let store = place.store().await;
    assert_eq!(store.begin_run("r-1", &source, at(0)).await.unwrap(), 0);
    store.put_chunk("r-1", 0, &facts(0)).await.unwrap();
    store.put_chunk("r-1", 1, &facts(1)).await.unwrap();
    store.close().await;
    let store = place.store().await;
    let there = store.begin_run("r-1", &source, at(0)).await.unwrap();
    assert_eq!(there, 2);
    store.put_chunk("r-1", 1, &facts(1)).await.unwrap();
    store.put_chunk("r-1", 2, &facts(2)).await.unwrap();
    store.finish_run("r-1", &finish(3, true)).await.unwrap();
    for n in 0..3 {
        assert_eq!(chunk(&store, "r-1", n).await.unwrap().unwrap(), facts(n));
    }
    assert_eq!(chunk(&store, "r-1", 3).await.unwrap(), None);
    let ended = store.begin_run("r-1", &source, at(0)).await.unwrap_err();
    assert_eq!(ended.kind(), Kind::Conflict);
}

async fn a_run_is_invisible_until_it_is_accepted(place: &Place) {
    let store = place.store().await;
    staged(&store, "r-1", "pg", true).await;
    assert!(ids(&store, i64::MAX).await.is_empty());
    hold(&store, "r-1").await.unwrap();
    assert!(ids(&store, i64::MAX).await.is_empty());
    let held = run::get(&store, "r-1").await.unwrap().unwrap();
    assert_eq!((held.standing, held.why.as_deref()), (Standing::Held, Some("too few")));
    assert_eq!(accept(&store, "r-1").await.unwrap(), 1);
    assert_eq!(ids(&store, i64::MAX).await, ["r-1"]);
    assert_eq!(accept(&store, "r-1").await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(hold(&store, "r-1").await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(accept(&store, "r-2").await.unwrap_err().kind(), Kind::Conflict);
    let late = store.put_chunk("r-1", 1, &facts(1)).await.unwrap_err();
    assert_eq!(late.kind(), Kind::Conflict);
    assert_eq!(chunk(&store, "r-1", 1).await.unwrap(), None);
}

async fn a_run_with_a_missing_chunk_does_not_end(place: &Place) {
    let store = place.store().await;
    store.begin_run("r-1", &SourceId::new("pg"), at(0)).await.unwrap();
    store.put_chunk("r-1", 0, &facts(0)).await.unwrap();
    store.put_chunk("r-1", 2, &facts(2)).await.unwrap();
    for chunks in [1, 2, 3] {
        let fault = store.finish_run("r-1", &finish(chunks, true)).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Conflict, "{chunks}");
    }
    store.put_chunk("r-1", 1, &facts(1)).await.unwrap();
    store.finish_run("r-1", &finish(3, true)).await.unwrap();
    let nothing = store.begin_run("r-2", &SourceId::new("pg"), at(0)).await.unwrap();
    store.finish_run("r-2", &finish(nothing, true)).await.unwrap();
}

async fn a_chunk_is_stored_once_and_never_exchanged(place: &Place) {
    let store = place.store().await;
    store.begin_run("r-1", &SourceId::new("pg"), at(0)).await.unwrap();
    store.put_chunk("r-1", 0, &facts(0)).await.unwrap();
    let other = store.put_chunk("r-1", 0, &facts(1)).await.unwrap_err();
    assert_eq!(other.kind(), Kind::Conflict);
    assert_eq!(chunk(&store, "r-1", 0).await.unwrap().unwrap(), facts(0));
    for n in [-1, CHUNKS_MAX] {
        let fault = store.put_chunk("r-1", n, &facts(0)).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Malformed);
    }
    let other = store.begin_run("r-1", &SourceId::new("aws"), at(0)).await.unwrap_err();
    assert_eq!(other.kind(), Kind::Conflict);
}

async fn what_was_known_at_an_instant_are_the_reads_that_had_begun_by_then(place: &Place) {
    let store = place.store().await;
    assert_eq!(run::first_accepted(&store).await.unwrap(), None);
    // Each accepted at 9, after all of them had begun.
    for (id, source, begun, complete) in [
        ("r-1", "pg", 1, true),
        ("r-2", "aws", 2, true),
        ("r-3", "pg", 3, false),
        ("r-4", "pg", 5, true),
        ("r-5", "pg", 7, false),
    ] {
        store.begin_run(id, &SourceId::new(source), at(begun)).await.unwrap();
        store.put_chunk(id, 0, &facts(0)).await.unwrap();
        store.finish_run(id, &finish(1, complete)).await.unwrap();
        accept(&store, id).await.unwrap();
    }
    store.begin_run("r-6", &SourceId::new("pg"), at(8)).await.unwrap();
    for (instant, known) in [
        (0, &[][..]),
        (1, &["r-1"]),
        (2, &["r-1", "r-2"]),
        (4, &["r-1", "r-2", "r-3"]),
        (5, &["r-2", "r-4"]),
        (8, &["r-2", "r-4", "r-5"]),
    ] {
        let runs = run::known_at(&store, at(instant)).await.unwrap();
        let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
        assert_eq!(ids, known, "at {instant}");
    }
    assert_eq!(run::first_accepted(&store).await.unwrap().unwrap().id, "r-1");
}

async fn visible_runs_are_the_last_complete_one_and_the_partial_ones_after_it(place: &Place) {
    let store = place.store().await;
    let runs = [
        ("r-1", "pg", false),
        ("r-2", "pg", true),
        ("r-3", "aws", false),
        ("r-4", "pg", true),
        ("r-5", "pg", false),
        ("r-6", "aws", false),
        ("r-7", "pg", false),
    ];
    for (id, source, complete) in runs {
        staged(&store, id, source, complete).await;
        accept(&store, id).await.unwrap();
    }
    staged(&store, "r-8", "pg", true).await;
    assert_eq!(ids(&store, i64::MAX).await, ["r-3", "r-4", "r-5", "r-6", "r-7"]);
    assert_eq!(ids(&store, 3).await, ["r-2", "r-3"]);
    assert_eq!(ids(&store, 1).await, ["r-1"]);
    let partial = run::get(&store, "r-3").await.unwrap().unwrap();
    assert!(!partial.complete);
    assert_eq!(partial.unreadable, finish(1, false).unreadable);
}

async fn positions_of_accepted_runs_are_dense_and_in_order(place: &Place) {
    let store = place.store().await;
    for number in 0..12 {
        staged(&store, &format!("r-{number:02}"), "pg", true).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..12 {
        let store = store.clone();
        tasks.spawn(async move { accept(&store, &format!("r-{number:02}")).await.unwrap() });
    }
    let mut given = tasks.join_all().await;
    given.sort_unstable();
    assert_eq!(given, (1..=12).collect::<Vec<_>>());
    let after = run::accepted_after(&store, 5, 4).await.unwrap();
    let positions: Vec<_> = after.iter().filter_map(|run| run.position).collect();
    assert_eq!(positions, [6, 7, 8, 9]);
    let last = run::last_accepted(&store).await.unwrap().unwrap();
    assert_eq!(last.position, Some(12));
    let page = read::run::list(&store, Some("pg"), None, 5).await.unwrap();
    let rest = read::run::list(&store, Some("pg"), page.next.as_deref(), 50).await.unwrap();
    assert_eq!((page.items.len(), rest.items.len(), rest.next), (5, 7, None));
    assert_eq!(page.items[0].id, "r-11");
    assert!(read::run::list(&store, Some("aws"), None, 5).await.unwrap().items.is_empty());
}

async fn staged_at(store: &Store, id: &str, source: &str, second: i64) {
    store.begin_run(id, &SourceId::new(source), at(second)).await.unwrap();
    store.put_chunk(id, 0, &facts(0)).await.unwrap();
    store.finish_run(id, &finish(1, true)).await.unwrap();
}

async fn a_held_run_is_discarded_only_once_a_later_read_overtook_it(place: &Place) {
    let store = place.store().await;
    for (id, source, second) in [("first", "pg", 1), ("second", "pg", 2), ("aws", "aws", 1)] {
        staged_at(&store, id, source, second).await;
        hold(&store, id).await.unwrap();
    }
    assert_eq!(store.discard_runs(at(50)).await.unwrap(), 1);
    let standing = async |id: &str| run::get(&store, id).await.unwrap().unwrap().standing;
    assert_eq!(standing("first").await, Standing::Discarded);
    assert_eq!(standing("second").await, Standing::Held, "a person may still release it");
    assert_eq!(standing("aws").await, Standing::Held, "a read of another source says nothing");
    staged_at(&store, "third", "pg", 3).await;
    accept(&store, "third").await.unwrap();
    assert_eq!(store.discard_runs(at(50)).await.unwrap(), 1);
    assert_eq!(standing("second").await, Standing::Discarded);
    accept(&store, "aws").await.unwrap();
    assert!(chunk(&store, "aws", 0).await.unwrap().is_some());
}

async fn runs_are_read_back_as_they_were_stored_or_not_at_all(place: &Place) {
    let store = place.store().await;
    let chunks = 30;
    for (id, source) in [("r-1", "pg"), ("r-2", "aws"), ("r-3", "torn")] {
        store.begin_run(id, &SourceId::new(source), at(0)).await.unwrap();
        let mut digest = RunDigest::default();
        for n in 0..chunks {
            digest.add(store.put_chunk(id, n, &facts(n)).await.unwrap());
        }
        if id == "r-3" {
            digest = RunDigest::default();
        }
        let counts = r#"{"nodes":1500,"edges":0}"#.to_owned();
        let digest = digest.to_text();
        let finish = Finish { counts, digest, ..finish(chunks, true) };
        store.finish_run(id, &finish).await.unwrap();
        accept(&store, id).await.unwrap();
    }
    let runs = run::visible(&store, i64::MAX).await.unwrap();
    let progress = Progress::of(&runs);
    let read = all(&store, &runs, &progress).await.unwrap();
    let nodes: Vec<Node> = (0..chunks).flat_map(|n| facts(n).nodes).collect();
    for (one, source) in read.iter().zip(["pg", "aws"]) {
        let one = one.as_ref().unwrap();
        assert_eq!((one.source.as_str(), &one.facts.nodes), (source, &nodes));
    }
    assert!(matches!(&read[2], Err(NotReadBack::Torn(run)) if run == "r-3"), "{:?}", read[2]);
    let shares = progress.runs().iter().map(|it| (it.nodes_read(), it.nodes, it.edges_read()));
    assert_eq!(shares.collect::<Vec<_>>(), [(1_500, 1_500, 0); 3]);
    assert_eq!(whole(&store, &runs[0]).await.unwrap().facts.nodes, nodes);
}

async fn stale_staged_runs_are_discarded_and_accepted_ones_are_not(place: &Place) {
    let store = place.store().await;
    staged(&store, "accepted", "pg", true).await;
    accept(&store, "accepted").await.unwrap();
    staged(&store, "stale", "pg", true).await;
    store.begin_run("fresh", &SourceId::new("pg"), at(50)).await.unwrap();
    assert_eq!(store.discard_runs(at(50)).await.unwrap(), 1);
    assert_eq!(store.discard_runs(at(50)).await.unwrap(), 0);
    assert_eq!(chunk(&store, "stale", 0).await.unwrap(), None);
    assert!(chunk(&store, "accepted", 0).await.unwrap().is_some());
    let stale = run::get(&store, "stale").await.unwrap().unwrap();
    assert_eq!(stale.standing, Standing::Discarded);
    assert_eq!(accept(&store, "stale").await.unwrap_err().kind(), Kind::Conflict);
    store.put_chunk("fresh", 0, &facts(0)).await.unwrap();
}
