//! The set-up killed or refused in the middle: the organisation is there whole, or not at all.

use std::path::{Path, PathBuf};

use crate::command::{Said, countersign_in};
use crate::started::Started;

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/sample-organisation")
}

fn init(folder: &Path, organisation: &str) -> Said {
    countersign_in(folder, &["init", "--data", "data", "--organisation", organisation])
}

fn token_of_the_last(folder: &Path) -> Said {
    let last = ["--person", "Ruth Abelson"];
    countersign_in(folder, &[&["token", "issue", "--data", "data"], &last[..]].concat())
}

#[tokio::test]
async fn a_set_up_that_dies_after_its_first_decision_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = sample().display().to_string();
    let words = ["init", "--data", "data", "--organisation", &sample];
    let dies = [("COUNTERSIGN_CRASH_AT", "after-commit:person.appointed")];
    let ended = Started::new(folder.path(), &words, &dies).ended().await;
    assert_eq!(ended.status.code(), None, "it was aborted: {ended:?}");
    let again = init(folder.path(), &sample);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("set up already"), "{}", again.err);
    assert_eq!(token_of_the_last(folder.path()).code, 0, "the last one is there too");
}

#[test]
fn a_set_up_that_is_refused_in_the_middle_has_not_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own");
    std::fs::create_dir(&own).expect("a folder");
    let read = |name: &str| std::fs::read_to_string(sample().join(name)).expect("the sample");
    let people = read("people.toml");
    let (before, last) = people.rsplit_once("identities = [\"").expect("identities");
    let mistaken = format!("{before}identities = [\" \", \"{last}");
    std::fs::write(own.join("people.toml"), mistaken).expect("a file");
    std::fs::write(own.join("processes.toml"), read("processes.toml")).expect("a file");
    let said = init(folder.path(), "own");
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(token_of_the_last(folder.path()).code, 2, "nobody is there");
    std::fs::write(own.join("people.toml"), people).expect("a file");
    let said = init(folder.path(), "own");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(token_of_the_last(folder.path()).code, 0);
}
