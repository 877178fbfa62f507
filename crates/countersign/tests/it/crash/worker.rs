//! A part of the server that breaks off takes all of it down in order: it never runs on half alive.

use crate::started::Started;

#[tokio::test]
async fn a_server_one_of_whose_workers_breaks_off_ends_in_order_and_names_it() {
    for worker in [
        "seal",
        "judge",
        "dispatch",
        "prune",
        "prober",
        "timekeeper",
        "steward",
        "registrar",
        "face",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let serve = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
        let broken = [("COUNTERSIGN_BREAK_WORKER", worker)];
        let ended = Started::new(folder.path(), &serve, &broken).ended().await;
        assert_eq!(ended.status.code(), Some(3), "{worker}: {ended:?}");
        let named = format!("the part `{worker}` broke off");
        assert!(ended.err.contains(&named), "{worker}: {ended:?}");
        assert!(ended.err.contains("start it again"), "{worker}: {ended:?}");
    }
}
