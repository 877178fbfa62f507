//! Evidence about one case: taken away in one file, read by people, checked without a server, and found
//! out when somebody changed it.

use std::path::Path;

use super::{BATCH, Desk, SYNC, countersign};

/// Words that would end the element they stand in, and markup that would be one.
const NEED: &str = "the month end </script><script>alert(1)</script> & <b>bold</b> reasons";

const WORDS: &str = "the month-end run needs both until the new interface is there";

/// An exception that its owner accepted, the events of which are under a signed checkpoint.
async fn accepted(desk: &Desk) {
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let path = format!("path-absent={BATCH}:sandbox/erp/group/cover");
    let mut words = vec!["exception", "propose", "--finding", &finding, "--owner", "Olga Owner"];
    words.extend(["--need", NEED, "--not-removable", WORDS, "--would-change", WORDS]);
    words.extend(["--control", "the batch account never covers the month end"]);
    words.extend(["--control-owner", "Carla Control", "--test", &path, "--every", "1d"]);
    words.extend(["--max-age", "48h", "--until", "2027-01-24", "--review-days", "7"]);
    desk.ok("owner", &words).await;
    desk.ok("owner", &["exception", "accept", "EX-1"]).await;
    let out = desk.tokens.path().join("waits.json");
    let path = out.display().to_string();
    desk.lab
        .until("the acceptance is under a checkpoint", async || {
            let _not_there = std::fs::remove_file(&out);
            let export = ["evidence", "export", "EX-1", "--format", "json", "--out", &path];
            let done = desk.run("auditor", &export).await;
            let text = std::fs::read_to_string(&out).unwrap_or_default();
            (done.code == 0 && text.contains("exception.accepted.1")).then_some(())
        })
        .await;
}

async fn verify(file: &Path, more: &[&str]) -> crate::command::Said {
    let file = file.display().to_string();
    let mut words = vec!["evidence", "verify", &file];
    words.extend(more);
    countersign(&words, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_about_an_exception_is_one_file_that_people_read_and_anybody_checks() {
    let desk = Desk::open().await;
    accepted(&desk).await;
    let folder = desk.tokens.path();
    let (page, json) = (folder.join("ex-1.html"), folder.join("ex-1.json"));
    let to = |path: &Path| path.display().to_string();
    let said = desk.ok("auditor", &["evidence", "export", "EX-1", "--out", &to(&page)]).await;
    assert!(said.contains("entries about EX-1"), "{said}");
    let export = ["evidence", "export", "EX-1", "--format", "json", "--out", &to(&json)];
    desk.ok("auditor", &export).await;
    let vkey = desk.lab.folder().join("ledger.vkey").display().to_string();
    for file in [&page, &json] {
        let checked = verify(file, &["--key", &vkey]).await;
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(checked.out.starts_with("EX-1: whole"), "{}", checked.out);
        assert!(checked.out.contains("which you"), "{}", checked.out);
    }
    let text = std::fs::read_to_string(&page).expect("the page");
    for words in ["Olga Owner", "Business", "accepted the risk for the business", WORDS] {
        assert!(text.contains(words), "no `{words}` on the page");
    }
    assert_eq!(text.matches("</script>").count(), 1, "words of people end no element");
    assert!(!text.contains("<b>bold"), "words of people are no markup");

    let again = desk.run("auditor", &["evidence", "export", "EX-1", "--out", &to(&page)]).await;
    assert_eq!(again.code, 2, "what is there is not written over: {again:?}");
    let none = desk.run("auditor", &["evidence", "export", "EX-99"]).await;
    assert_eq!(none.code, 2, "{none:?}");

    // What people read is changed, and what the entries say is not.
    let other = folder.join("other.html");
    let forged = text.replacen("accepted the risk for the business", "objected for security", 1);
    std::fs::write(&other, forged).expect("a file");
    let checked = verify(&other, &[]).await;
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.out.contains("the page says something else"), "{}", checked.out);

    // An entry is changed, in a way that nobody sees on the page.
    let text = std::fs::read_to_string(&json).expect("the pack");
    std::fs::write(&other, text.replacen("exception.accepted.1", "exception.rejected.1", 1))
        .expect("a file");
    let checked = verify(&other, &["--format", "json"]).await;
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.out.contains("does not lead from its bytes"), "{}", checked.out);
    desk.end().await;
}

#[tokio::test]
async fn what_is_no_evidence_is_told_from_evidence_that_is_not_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let missing = verify(&file, &[]).await;
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.err.contains("cannot be read"), "{}", missing.err);
    for text in ["", "{}", "<html></html>", "{\"version\":2}"] {
        std::fs::write(&file, text).expect("a file");
        let checked = verify(&file, &[]).await;
        assert_eq!(checked.code, 2, "{text}: {checked:?}");
        assert!(checked.err.contains("cannot be checked"), "{text}: {}", checked.err);
    }
}
