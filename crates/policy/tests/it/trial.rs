//! The tests beside the rules: that they run, what they refuse, and that the built-in packs hold.

use countersign_policy::rules::{self, Text};

const PACK: &str = r#"
[pack]
id = "demo"
version = "1"

[[rule]]
id = "demo.pay"
title = "t"
severity = "high"
explanation = "e"
remedy = "r"
[[rule.side]]
name = "pay"
any = [{ action = "pay" }]
"#;

const CASES: &str = r#"
[[case]]
name = "paying is found"
nodes = [{ id = "bot", kind = "workload" }]
permissions = [{ to = ["bot"], action = "pay" }]
find = [{ rule = "demo.pay", root = "bot", affected = ["bot"] }]

[[case]]
name = "reading is not"
nodes = [{ id = "bot", kind = "workload" }]
permissions = [{ to = ["bot"], action = "read" }]
quiet = ["demo.pay"]
"#;

fn texts(pack: &str, cases: &str) -> Vec<Text> {
    let text = |name: &str, text: &str| Text { name: name.to_owned(), text: text.to_owned() };
    vec![text("demo.toml", pack), text("demo.test.toml", cases)]
}

#[test]
fn every_case_beside_the_built_in_rules_holds_and_no_rule_is_untested() {
    let texts: Vec<Text> =
        rules::builtin_texts().into_iter().chain(rules::builtin_tests()).collect();
    let report = rules::test(&texts).unwrap_or_else(|bad| panic!("{}", bad[0]));
    let words: Vec<String> = (report.failures.iter().map(ToString::to_string))
        .chain(report.untested.iter().map(ToString::to_string))
        .collect();
    assert!(report.is_good(), "{}", words.join("\n"));
    assert!(report.cases > 40);
}

#[test]
fn cases_that_hold_give_a_good_report() {
    let report = rules::test(&texts(PACK, CASES)).expect("whole");
    assert!(report.is_good());
    assert_eq!(report.cases, 2);
}

#[test]
fn a_case_that_expects_too_much_and_one_that_expects_too_little_fail_in_words() {
    let cases = CASES
        .replace("action = \"pay\"", "action = \"-\"")
        .replace("action = \"read\"", "action = \"pay\"");
    let report = rules::test(&texts(PACK, &cases)).expect("whole");
    let words: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "demo.test.toml: case `paying is found`\n  expected and not found: `demo.pay` at `bot` affecting `bot`",
            "demo.test.toml: case `reading is not`\n  found and not expected: `demo.pay` at `bot` affecting `bot`",
        ]
    );
    assert!(!report.is_good());
}

#[test]
fn a_rule_without_a_case_each_way_is_named() {
    let untested = |cases: &str| {
        let report = rules::test(&texts(PACK, cases)).expect("whole");
        assert!(!report.is_good());
        report.untested.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (finds, quiet) = CASES.split_at(CASES.rfind("[[case]]").expect("two cases"));
    assert_eq!(
        untested(finds),
        ["demo.toml: rule `demo.pay` has no case that it finds nothing in: add one with `quiet`"]
    );
    assert_eq!(
        untested(quiet),
        ["demo.toml: rule `demo.pay` has no case that it finds something in: add one with `find`"]
    );
    let all = quiet.replace("\"demo.pay\"", "\"*\"");
    assert_eq!(
        untested(&all),
        ["demo.toml: rule `demo.pay` has no case: add one with `find` and one with `quiet`"]
    );
    let report = rules::test(&texts(PACK, CASES)[..1]).expect("whole");
    assert_eq!(report.untested.len(), 1, "no test file at all");
}

#[test]
fn test_files_that_cannot_be_used_are_refused_in_their_place() {
    let table = [
        (
            "name = \"reading is not\"",
            "nam = \"x\"",
            "demo.test.toml:9:1: unknown key `nam`: write `name`",
        ),
        (
            "kind = \"workload\"",
            "kind = \"wrokload\"",
            "demo.test.toml:4:10: unknown kind of node `wrokload`: write `workload`",
        ),
        (
            "{ to = [\"bot\"], action = \"pay\" }",
            "{ to = [\"but\"], action = \"pay\" }",
            "`but` or `permission pay -` is no node of this case: add it to `nodes`",
        ),
        (
            "find = [{ rule = \"demo.pay\"",
            "find = [{ rule = \"demo.pya\"",
            "demo.test.toml:6:9: the pack has no rule `demo.pya`: write `demo.pay`",
        ),
        (
            "quiet = [\"demo.pay\"]",
            "quiet = [\"other\"]",
            "the pack has no rule `other`: write one of `demo.pay`",
        ),
        (
            "quiet = [\"demo.pay\"]",
            "edges = [[\"bot\", \"has\", \"bot\"]]",
            "unknown kind of edge `has`: write one of",
        ),
        (
            "nodes = [{ id = \"bot\", kind = \"workload\" }]",
            "nodes = [{ id = \"bot\", kind = \"workload\" }, { id = \"bot\", kind = \"person\" }]",
            "`bot` stands twice in this case",
        ),
    ];
    for (from, to, words) in table {
        let cases = CASES.replacen(from, to, 1);
        assert_ne!(cases, CASES, "{from}");
        let refused = rules::test(&texts(PACK, &cases)).expect_err(to);
        assert!(refused[0].to_string().contains(words), "wanted {words}\n got {}", refused[0]);
    }
    let alone = rules::test(&texts(PACK, CASES)[1..]).expect_err("no pack");
    assert!(
        alone[0].to_string().contains("no pack stands beside these tests: give `demo.toml` too")
    );
}
