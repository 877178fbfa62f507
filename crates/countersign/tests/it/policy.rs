//! `countersign policy` over folders, from outside.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use crate::command::{Said, countersign};

fn builtin() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies").to_string_lossy().into_owned()
}

/// Copies the built-in folder.
fn copied(to: &Path) {
    for inner in ["", "authority", "rules"] {
        let place = Path::new(&builtin()).join(inner);
        std::fs::create_dir_all(to.join(inner)).expect("a folder");
        for entry in std::fs::read_dir(place).expect("files") {
            let path = entry.expect("a file").path();
            if path.is_file() {
                let name = path.file_name().expect("a name");
                std::fs::copy(&path, to.join(inner).join(name)).expect("a copy");
            }
        }
    }
}

/// A copy of the built-in folder with a part of one file replaced.
fn changed(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copied(folder.path());
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).expect("a text");
    let new = text.replacen(from, to, 1);
    assert_ne!(text, new, "the change does something");
    std::fs::write(path, new).expect("written");
    folder
}

fn said(verb: &str, folder: &Path) -> Said {
    countersign(&["policy", verb, &folder.to_string_lossy()])
}

#[test]
fn the_built_in_policy_is_the_folder_of_the_project() {
    let (inside, outside) =
        (countersign(&["policy", "check"]), said("check", Path::new(&builtin())));
    assert_eq!((inside.code, outside.code), (0, 0), "{}{}", inside.err, outside.err);
    assert_eq!(inside.out, outside.out);
    let test = countersign(&["policy", "test"]);
    assert_eq!(test.code, 0, "{}{}", test.out, test.err);
    assert!(test.out.ends_with("0 other than expected, 0 untested\n"), "{}", test.out);
    let matrix = countersign(&["policy", "matrix"]);
    assert!(
        matrix.out.contains("\nexception.veto          -           -           yes"),
        "{}",
        matrix.out
    );
}

#[test]
fn a_mistake_is_said_in_its_place_and_nothing_is_used() {
    let folder = changed("authority/exception.cedar", "Seat::\"control\"", "Seat::\"kontrol\"");
    for verb in ["check", "test", "matrix"] {
        let refused = said(verb, folder.path());
        assert_eq!(refused.code, 2, "{verb}");
        let words = "authority/exception.cedar:11:16: unknown seat `kontrol`: write `control`";
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    let name = folder.path().to_string_lossy().into_owned();
    let refused = said("check", folder.path());
    assert!(refused.err.contains(&format!("nothing of the policy in `{name}`")), "{}", refused.err);
    let nowhere = countersign(&["policy", "check", "no-such-folder"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("could not read `no-such-folder`"), "{}", nowhere.err);
}

#[test]
fn a_test_that_fails_and_a_difference_are_findings() {
    let folder = changed("tiers.toml", "days_max = 180", "days_max = 170");
    let test = said("test", folder.path());
    assert_eq!(test.code, 1);
    assert!(test.out.contains("tiers.test.toml: what standard asks for: expected"), "{}", test.out);
    let diff = countersign(&["policy", "diff", &builtin(), &folder.path().to_string_lossy()]);
    assert_eq!((diff.code, diff.out.as_str()), (1, "tier standard, days_max: 180 -> 170\n"));
    let same = countersign(&["policy", "diff", &builtin(), &builtin()]);
    assert_eq!((same.code, same.out.as_str()), (0, "both decide the same\n"));
}

#[test]
fn why_not_in_words_and_in_json() {
    let question = [
        "policy",
        "explain",
        "--verb",
        "exception.accept",
        "--seat",
        "business",
        "--criticality",
        "high",
        "--radius",
        "140",
    ];
    let yes = countersign(&question);
    assert_eq!(yes.code, 0, "{}", yes.err);
    assert!(yes.out.starts_with("yes in tier critical\n"), "{}", yes.out);
    let no = countersign(&[&question[..], &["--no-ticket", "--json"]].concat());
    assert_eq!(no.code, 1, "{}", no.err);
    let told = no.json();
    let yes_if = told.get("yes_if").and_then(|it| it.get(0)).and_then(|it| it.as_str());
    assert_eq!(
        (told.get("permitted").and_then(serde_json::Value::as_bool), yes_if),
        (Some(false), Some("a ticket is linked"))
    );
    let own = countersign(&[&question[..], &["--holds"]].concat());
    assert!(own.out.contains("hold the access (law)"), "{}", own.out);
    let unknown = countersign(&["policy", "explain", "--verb", "exception.acept"]);
    assert_eq!(unknown.code, 2);
}

#[test]
fn the_example_of_each_verb_works_beside_the_built_in_folder() {
    let place = tempfile::tempdir().expect("a folder");
    for name in ["policies", "policies-of-may"] {
        copied(&place.path().join(name));
    }
    let whole = [("check", 0), ("test", 0), ("matrix", 0), ("diff", 0), ("explain", 1)];
    for (verb, code) in whole {
        let help = countersign(&["policy", verb, "--help"]);
        let beginning = "Example: countersign ";
        let examples: Vec<&str> =
            help.out.lines().filter_map(|line| line.strip_prefix(beginning)).collect();
        assert_eq!(examples.len(), 1, "{verb}: {}", help.out);
        assert!(examples[0].starts_with(&format!("policy {verb} ")), "{}", examples[0]);
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(examples[0].split(' '))
            .current_dir(place.path())
            .output()
            .expect("the binary starts");
        assert_eq!(done.status.code(), Some(code), "{verb}: {done:?}");
        assert!(!done.stdout.is_empty() && done.stderr.is_empty(), "{verb}: {done:?}");
    }
}

#[test]
fn a_folder_that_is_none_is_said_with_its_name() {
    let empty = tempfile::tempdir().expect("a folder");
    let diff = countersign(&["policy", "diff", &builtin(), &empty.path().to_string_lossy()]);
    assert_eq!(diff.code, 2, "{}", diff.out);
    let name = empty.path().to_string_lossy().into_owned();
    assert!(diff.err.contains(&format!("nothing of the policy in `{name}`")), "{}", diff.err);
    for file in ["tiers.toml", "sla.toml", "calendar.toml", "raci.toml"] {
        let words = format!("{file}:1:1: the folder has no such file");
        assert!(diff.err.contains(&words), "{}", diff.err);
    }
    let file = Path::new(&builtin()).join("tiers.toml");
    let file = countersign(&["policy", "check", &file.to_string_lossy()]);
    assert!(file.code != 0 && file.err.contains("give the folder of a policy"), "{}", file.err);
    assert_eq!(countersign(&["policy", "chek"]).code, 2);
}

#[test]
fn all_that_is_wrong_with_a_file_is_told_at_once() {
    let folder = changed("tiers.toml", "days_max = 180", "days_max = \"long\"");
    let path = folder.path().join("tiers.toml");
    let text = std::fs::read_to_string(&path).expect("a text");
    let text = text.replacen("days_max = 365\n", "days_max = 366\n", 1);
    let text = text.replacen("ticket_required", "tickets_required", 1);
    std::fs::write(path, text).expect("written");
    let refused = said("check", folder.path());
    for words in ["`days_max` is 366", "found string \"long\"", "unknown key `tickets_required`"] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
}

#[test]
fn a_policy_that_asks_for_a_stronger_sign_in_than_there_is_is_refused_beside_the_configuration() {
    let folder = changed(
        "authority/administration.cedar",
        "// Who may change",
        "@id(\"own.strong\")\n@because(\"Strong enough.\")\nforbid (principal, action == \
         Action::\"policy.adopt\", resource) when { context.strength < 3 };\n// Who may change",
    );
    let name = folder.path().to_string_lossy().into_owned();
    assert_eq!(countersign(&["policy", "check", &name]).code, 0, "by itself it holds together");
    let other = tempfile::tempdir().expect("a folder");
    let file = other.path().join("countersign.toml");
    let place = file.to_string_lossy().into_owned();
    let provider = "[provider]\nissuer='https://login.example'\nclient_id='us'\n";
    let second = format!("{provider}second={{amr=['otp']}}");
    let key = format!("{provider}key={{acr=['phr']}}");
    for (config_says, code, words) in [
        ("", 2, "connects the provider"),
        (provider, 2, "writes under `second` or `key`"),
        (second.as_str(), 2, "needs a key that cannot be phished"),
        (key.as_str(), 0, ""),
    ] {
        std::fs::write(&file, config_says).expect("written");
        let said = countersign(&["policy", "check", &name, "--config", &place]);
        assert_eq!(said.code, code, "{config_says}: {}", said.err);
        assert!(said.err.contains(words), "{config_says}: {}", said.err);
        assert_eq!(code == 0, !said.err.contains("`policy.adopt` in tier"), "{}", said.err);
    }
}
