//! What cannot be exported or checked, with the words and the exit code.

use serde_json::json;

use super::lab::{self, Lab};
use crate::command::countersign;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_file_makes_an_export_unreadable_and_is_named() {
    let lab = filled().await;
    let out = lab.exported("out");
    for name in ["checkpoint", "leaves.jsonl", "manifest.json", "texts.jsonl", "verifier.key"] {
        let copy = out.copy(&format!("without-{name}"));
        std::fs::remove_file(copy.0.join(name)).unwrap();
        let said = lab.verify(&format!("without-{name}"), &[]);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.out.starts_with("UNREADABLE"), "{}", said.out);
        assert!(
            said.out.contains(&format!("`{name}` cannot be read (it is missing)")),
            "{}",
            said.out
        );
        let (code, report) = lab.report(&format!("without-{name}"), &[]);
        assert_eq!((code, &report["verdict"]), (2, &json!("unreadable")));
        assert_eq!(report["unreadable"]["part"], json!(name));
        lab::must_be("report", &report);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_file_or_says_nothing_sensible_is_unreadable() {
    let lab = filled().await;
    let out = lab.exported("out");
    let folder = out.copy("folder");
    std::fs::remove_file(folder.0.join("leaves.jsonl")).unwrap();
    std::fs::create_dir(folder.0.join("leaves.jsonl")).unwrap();
    assert_eq!(lab.verify("folder", &[]).code, 2);
    for name in ["checkpoint", "verifier.key", "manifest.json"] {
        for (kind, text) in [("empty", String::new()), ("long", "x".repeat(3 << 20))] {
            let copy = out.copy(&format!("{kind}-{name}"));
            copy.put(name, &text);
            let said = lab.verify(&format!("{kind}-{name}"), &[]);
            assert_eq!(said.code, 2, "{said:?}");
            assert!(said.out.contains(&format!("`{name}` cannot be read")), "{}", said.out);
        }
    }
    for (arguments, words) in [
        (vec!["nowhere"], "is no folder"),
        (vec!["out", "--checkpoint", "nowhere"], "the earlier checkpoint `nowhere` cannot be read"),
        (vec!["out", "--checkpoint", "out/leaves.jsonl"], "the earlier checkpoint"),
        (vec!["out", "--key", "nowhere"], "the key `nowhere` cannot be read"),
        (vec!["out", "--key", "out/leaves.jsonl"], "this is no verifier key"),
    ] {
        let said = lab.run(&[&["ledger", "verify"], arguments.as_slice()].concat());
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains(words) || said.out.contains(words), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_without_a_checkpoint_is_not_exported_and_the_words_say_what_to_do() {
    let lab = Lab::sqlite().await;
    for more in [0..3, 3..5] {
        let said = lab.export("out");
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains("no signed checkpoint yet: start the server"), "{said:?}");
        assert!(!lab.path("out").exists());
        lab.append(more).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_goes_to_a_new_or_empty_folder_only_and_leaves_others_alone() {
    let lab = filled().await;
    std::fs::create_dir(lab.path("empty")).unwrap();
    lab.exported("empty");
    lab.exported("deep/and/new");
    let before = lab.exported("full").read("manifest.json");
    let said = lab.export("full");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err.contains("`full` is not empty: name a folder that is new or empty"),
        "{said:?}"
    );
    assert_eq!(lab::Copy(lab.path("full")).read("manifest.json"), before);
    let said = lab.export("data/ledger.vkey");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("is a file"), "{said:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_its_owner_can_read_an_export() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = filled().await;
    let out = lab.exported("out");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out.0), 0o700);
    for name in out.names() {
        assert_eq!(mode(&out.0.join(name)), 0o600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_from_nowhere_is_refused_and_makes_no_database() {
    let lab = filled().await;
    std::fs::create_dir(lab.path("other")).unwrap();
    std::fs::copy(lab.path("data/ledger.vkey"), lab.path("other/ledger.vkey")).unwrap();
    let key = ["--key", "data/ledger.vkey"];
    let unreachable = ["--database", "postgres://nobody@127.0.0.1:1/none"];
    let unknown = ["--database", "mysql://127.0.0.1/none"];
    for (arguments, code, words) in [
        (["--data", "other"].to_vec(), 2, "there is no database `other/countersign.db`"),
        (["--data", "nowhere"].to_vec(), 2, "the key `nowhere/ledger.vkey` cannot be read"),
        ([&unreachable[..], &key].concat(), 3, ""),
        ([&unknown[..], &key].concat(), 2, "is not a database this program knows"),
        (unreachable.to_vec(), 2, "the key `.countersign/ledger.vkey` cannot be read"),
        (Vec::new(), 2, "give `--key` with a file"),
    ] {
        let said = lab.run(&[&["ledger", "export", "--out", "out"], arguments.as_slice()].concat());
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.err.contains(words), "{said:?}");
    }
    assert!(!lab.path("out").exists() && !lab.path("other/countersign.db").exists());
    std::fs::write(lab.path("other/ledger.vkey"), lab::other_key().verifier().to_string()).unwrap();
    let said = lab.run(&[
        "ledger",
        "export",
        "--out",
        "out",
        "--data",
        "data",
        "--key",
        "other/ledger.vkey",
    ]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("does not open with the key"), "{said:?}");
}

#[test]
fn each_help_has_one_example() {
    for verb in [&["ledger"][..], &["ledger", "export"], &["ledger", "verify"]] {
        let said = countersign(&[verb, &["--help"]].concat());
        assert_eq!(said.code, 0);
        assert_eq!(said.out.matches("Example: countersign ledger").count(), 1, "{}", said.out);
    }
}

async fn filled() -> Lab {
    let lab = Lab::sqlite().await;
    lab.append(0..12).await;
    lab.sign().await;
    lab
}
