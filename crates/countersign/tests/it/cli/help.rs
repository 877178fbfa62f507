//! The help of every verb.

use super::countersign;

/// Every verb that asks a server.
const VERBS: &[(&str, &[&str])] = &[
    (
        "finding",
        &[
            "list", "show", "history", "remedies", "preview", "assign", "choose", "order",
            "dispute", "settle",
        ],
    ),
    ("person", &["list", "show", "appoint", "deactivate"]),
    ("process", &["list", "define"]),
    ("system", &["list", "show", "sync"]),
    ("run", &["list", "release"]),
    ("ledger", &["entries", "checkpoint", "proof"]),
];

#[tokio::test]
async fn the_help_of_every_verb_has_one_example_of_that_verb() {
    for (noun, verbs) in VERBS {
        for verb in *verbs {
            let help = countersign(&[noun, verb, "--help"], &[]).await;
            assert_eq!(help.code, 0, "{noun} {verb}");
            let example = format!("Example: countersign {noun} {verb}");
            assert_eq!(help.out.matches(&example).count(), 1, "{}", help.out);
            assert!(help.out.contains("COUNTERSIGN_SERVER"), "{}", help.out);
            assert!(help.out.contains("COUNTERSIGN_TOKEN"), "{}", help.out);
        }
    }
}
