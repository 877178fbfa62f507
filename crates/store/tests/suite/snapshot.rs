//! A snapshot's file is whole or not there, and what is none is set aside.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_access::engine::snapshot::{BadFile, Edges, Part, Snapshot};
use countersign_store::Kind;
use countersign_store::snapshot::{Found, open, write};

fn graph(holders: usize) -> Snapshot {
    let parts: Vec<Part> =
        [Part::Goal, Part::Other].into_iter().chain(vec![Part::Holder; holders]).collect();
    let from: Vec<u32> = (1..u32::try_from(parts.len()).unwrap()).collect();
    let to: Vec<u32> = from.iter().map(|node| u32::from(*node > 1)).collect();
    Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

async fn read(path: &Path) -> Snapshot {
    match open(path.to_owned()).await.unwrap() {
        Found::Snapshot(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db.graph");
    (folder, path)
}

#[tokio::test]
async fn the_last_snapshot_that_was_written_is_read() {
    let (folder, path) = place();
    assert!(matches!(open(path.clone()).await.unwrap(), Found::Nothing));
    for holders in [1, 70, 3] {
        write(path.clone(), graph(holders)).await.unwrap();
        assert_eq!(read(&path).await, graph(holders));
    }
    assert_eq!(names(folder.path()), ["store.db.graph"]);
}

#[tokio::test]
async fn an_interrupted_write_leaves_the_old_snapshot_and_is_swept() {
    let (folder, path) = place();
    write(path.clone(), graph(2)).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let half = folder.path().join("store.db.graph.17-0.unfinished");
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("store.db"), "not ours").unwrap();
    assert_eq!(read(&path).await, graph(2));
    assert_eq!(names(folder.path()), ["store.db", "store.db.graph"]);
}

#[tokio::test]
async fn what_is_no_snapshot_is_set_aside_and_written_anew() {
    let (folder, path) = place();
    write(path.clone(), graph(2)).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let mut wrong = whole.clone();
    wrong[400] ^= 4;
    for bytes in [&whole[..whole.len() - 1], &wrong, b"something else".as_slice(), b""] {
        fs::write(&path, bytes).unwrap();
        let Found::Unfit { aside, why } = open(path.clone()).await.unwrap() else {
            panic!("{} bytes were taken for a snapshot", bytes.len());
        };
        assert!(!matches!(why, BadFile::Unreadable(_)), "{why}");
        assert_eq!(fs::read(aside).unwrap(), bytes);
        assert!(matches!(open(path.clone()).await.unwrap(), Found::Nothing));
        write(path.clone(), graph(5)).await.unwrap();
        assert_eq!(read(&path).await, graph(5));
    }
    assert_eq!(names(folder.path()), ["store.db.graph", "store.db.graph.unfit"]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_fault_with_its_name() {
    let (folder, path) = place();
    let nowhere = folder.path().join("nowhere").join("store.db.graph");
    let fault = write(nowhere.clone(), graph(1)).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Transient);
    assert!(fault.to_string().contains(&nowhere.display().to_string()), "{fault}");
    let fault = open(folder.path().to_owned()).await.unwrap_err();
    assert!(fault.to_string().contains("cannot be read"), "{fault}");
    assert!(!path.exists());
}
