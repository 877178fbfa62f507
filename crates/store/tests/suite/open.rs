use countersign_store::{Fault, Kind, Store};
use tokio::task::JoinSet;

use crate::acting::act;
use crate::both::{Place, both};

both! {
    what_was_written_is_there_after_opening_again,
    several_starters_at_once_make_the_tables_once,
    a_changed_old_step_is_refused,
    a_step_of_a_newer_version_is_left_alone,
    a_closed_store_says_so,
}

async fn what_was_written_is_there_after_opening_again(place: &Place) {
    let store = place.store().await;
    act(&store, "f-1").await.unwrap();
    store.close().await;
    assert_eq!(act(&place.store().await, "f-1").await.unwrap(), 2);
}

async fn several_starters_at_once_make_the_tables_once(place: &Place) {
    let mut starters = JoinSet::new();
    for _ in 0..6 {
        let url = place.url();
        starters.spawn(async move { Store::open(&url).await.map(|_| ()) });
    }
    for started in starters.join_all().await {
        started.unwrap();
    }
    assert_eq!(
        place.texts("select name from migration order by number").await,
        [
            "store",
            "job_holder",
            "sign_in",
            "exception",
            "job_of",
            "exception_due",
            "provider",
            "draft",
            "device",
            "local_sign_in",
            "review"
        ]
    );
}

async fn a_changed_old_step_is_refused(place: &Place) {
    place.store().await.close().await;
    place.raw("update migration set digest = 'other'").await.unwrap();
    let fault = Store::open(&place.url()).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Permanent);
    assert!(fault.to_string().starts_with("step 1 (`store`)"), "{fault}");
}

async fn a_step_of_a_newer_version_is_left_alone(place: &Place) {
    place.store().await.close().await;
    place.raw("insert into migration values (9999, 'newer', 'd')").await.unwrap();
    assert_eq!(act(&place.store().await, "f-1").await.unwrap(), 1);
}

async fn a_closed_store_says_so(place: &Place) {
    let store = place.store().await;
    store.close().await;
    let fault = act(&store, "f-1").await.unwrap_err();
    assert!(fault.to_string().contains("closed"), "{fault}");
}

async fn refused(url: &str) -> Fault {
    let fault = Store::open(url).await.unwrap_err();
    let mut chain = fault.to_string();
    let mut source = std::error::Error::source(&fault);
    while let Some(cause) = source {
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(!chain.contains("s3cret"), "{chain}");
    fault
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_refused_in_words() {
    for url in ["", "sqlite:", "sqlite::memory:", "mysql://root:s3cret@h/d", "postgres://[", "a?b"]
    {
        let fault = refused(url).await;
        assert_eq!(fault.kind(), Kind::Malformed, "{url}: {fault}");
    }
    let fault = refused("postgres://me:s3cret@h:port/d").await;
    assert!(fault.to_string().contains("postgres://ROLE@HOST:PORT/DATABASE"), "{fault}");
}

#[tokio::test]
async fn a_path_that_cannot_be_a_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let fault = refused(path).await;
    assert!(fault.to_string().contains("it is a folder"), "{fault}");
    let fault = refused(&format!("{path}/none/store.db")).await;
    assert!(fault.to_string().contains("create the folder first"), "{fault}");
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "dear database, ".repeat(100)).unwrap();
    let fault = refused(letter.to_str().unwrap()).await;
    assert!(fault.to_string().contains("is not a SQLite database"), "{fault}");
    assert_eq!(std::fs::read(&letter).unwrap().len(), 1_500);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(path.to_str().unwrap()).await.unwrap();
    act(&store, "f-1").await.unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
    }
}

#[tokio::test]
async fn a_store_for_a_test_goes_away_with_its_last_clone() {
    let store = Store::memory().await.unwrap();
    let other = store.clone();
    drop(store);
    assert_eq!(act(&other, "f-1").await.unwrap(), 1);
    assert_eq!(act(&Store::memory().await.unwrap(), "f-1").await.unwrap(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_in_words() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fault = refused(&format!("postgres://me:s3cret@127.0.0.1:{port}/d")).await;
    assert_eq!(fault.kind(), Kind::Transient, "{fault}");
    assert!(fault.to_string().contains(&format!("`d` at `127.0.0.1:{port}`")), "{fault}");
    assert!(fault.to_string().contains("nothing answers there"), "{fault}");
}

#[tokio::test]
async fn a_wrong_database_or_role_is_told_in_words() {
    let Some(place) = Place::postgres().await else { return };
    let missing = format!("{}x", place.url().trim_end_matches('?'));
    let fault = refused(&missing).await;
    assert!(fault.to_string().contains("there is no such database"), "{fault}");
    let Some((_, address)) = place.url().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned()))
    else {
        return;
    };
    let fault = refused(&format!("postgres://nobody_here:s3cret@{address}")).await;
    assert_eq!(fault.kind(), Kind::Permanent, "{fault}");
    assert!(fault.to_string().contains("`nobody_here`"), "{fault}");
    place.raw("create role reads_only login password 's3cret'").await.unwrap();
    let fault = refused(&format!("postgres://reads_only:s3cret@{address}")).await;
    assert!(fault.to_string().contains("lacks a right"), "{fault}");
    place.raw("drop role reads_only").await.unwrap();
    place.end().await;
}
