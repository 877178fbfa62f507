//! Checkpoints that cannot be kept outside the database: events are sealed all the same, it is said,
//! and after a while nothing more is decided until somebody repaired it.

use countersign_server::act::UNSIGNED_MAX;
use countersign_store::seal::{oldest_unsealed, oldest_unsigned};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::lab::{Keep, Lab, Place, business};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_keep_checkpoints_leaves_the_sealing_to_one_that_can() {
    let Some(place) = Place::new(Keep::Postgres).await else { return };
    let one = Lab::start(place, "", business()).await;
    let mut two = one.beside().await;
    let person = |n: usize| json!({ "name": format!("Nora {n}"), "seats": ["business"] });
    for (n, lab) in [(1, &one), (2, &two)] {
        let (folder, kept) = (lab.folder().join("checkpoints"), lab.folder().join("kept"));
        std::fs::rename(&folder, &kept).expect("the folder");
        std::fs::write(&folder, "").expect("a file");
        one.post("legal", "/people", person(n)).await.ok();
        one.sealed().await;
        std::fs::remove_file(&folder).expect("the file");
        std::fs::rename(&kept, &folder).expect("the folder");
    }
    two.stop().await;
    one.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_no_checkpoint_can_be_kept_it_is_said_and_after_a_while_nothing_is_decided() {
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, "", business()).await;
    lab.sealed().await;
    assert_eq!(lab.get("auditor", "/ledger/checkpoint").await.ok()["behind"], Value::Null);

    // A file stands where the folder was: nobody can write into it, whatever their rights.
    let folder = lab.folder().join("checkpoints");
    let kept = lab.folder().join("kept");
    std::fs::rename(&folder, &kept).expect("the folder");
    std::fs::write(&folder, "").expect("a file");
    let person = |name: &str| json!({ "name": name, "seats": ["business"] });
    lab.post("legal", "/people", person("Nora New")).await.ok();
    let store = lab.door().store.clone();
    lab.until("it is sealed", async || {
        oldest_unsealed(&store).await.expect("an answer").is_none().then_some(())
    })
    .await;
    let behind = lab
        .until("it is said", async || {
            let head = lab.get("auditor", "/ledger/checkpoint").await.ok();
            head["behind"]["why"].as_str().map(|_| head["behind"].clone())
        })
        .await;
    let why = behind["why"].as_str().unwrap_or_default();
    assert!(why.contains("checkpoints") && why.contains("mend its rights"), "{behind:#}");

    lab.clock.turn(UNSIGNED_MAX - SignedDuration::from_secs(30));
    lab.post("legal", "/people", person("Nina New")).await.ok();
    lab.until("that is sealed too", async || {
        oldest_unsealed(&store).await.expect("an answer").is_none().then_some(())
    })
    .await;
    lab.clock.turn(SignedDuration::from_secs(31));
    let refused = lab.post("legal", "/people", person("Nele New")).await;
    let refused = refused.refused(503, "fault.no-checkpoint");
    let words = refused["detail"].as_str().unwrap_or_default();
    assert!(words.contains("folder `checkpoints`") && words.contains("free space"), "{words}");

    std::fs::remove_file(&folder).expect("the file");
    std::fs::rename(&kept, &folder).expect("the folder");
    lab.until("a checkpoint is kept", async || {
        oldest_unsigned(&store).await.expect("an answer").is_none().then_some(())
    })
    .await;
    lab.post("legal", "/people", person("Nele New")).await.ok();
    lab.until("all is well", async || {
        let head = lab.get("auditor", "/ledger/checkpoint").await.ok();
        head["behind"].is_null().then_some(())
    })
    .await;
    lab.ledger_is_whole().await;
    lab.end().await;
}
