use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::source::Source;
use super::tree::Tree;
use super::{check, driver, shelf};
use crate::place;

const HEADING: &str = "//! A file that is here for the tests of tidy and for nothing else.\n";
const RING_ROOT: &str = "mod a;\nmod b;\n";

/// A small house in which there is nothing to complain about.
fn clean() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let files = [
        ("crates/access/Cargo.toml", "[package]\nname = \"countersign-access\"\n"),
        ("crates/access/src/lib.rs", "pub mod node;\npub mod edge;\npub use node::Node;\n"),
        ("crates/access/src/node.rs", "pub struct Node;\n"),
        (
            "crates/access/src/edge.rs",
            "use crate::Node;\npub struct Edge(Node);\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n",
        ),
        (
            "crates/store/Cargo.toml",
            "[package]\nname = \"countersign-store\"\n[dependencies]\ncountersign-access.workspace = true\nsqlx.workspace = true\n",
        ),
        (
            "crates/countersign/Cargo.toml",
            "[package]\nname = \"countersign\"\n[dev-dependencies]\nsqlx.workspace = true\n",
        ),
        ("crates/countersign/tests/it/main.rs", "use std::fmt::*;\n"),
        (".ci/run", "#!/usr/bin/env bash\ncargo xtask ci\n"),
    ];
    for (path, text) in files {
        plant(root.path(), path, text);
    }
    root
}

/// Writes a file; Rust files of the product get a heading, so their first line is number 2.
fn plant(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let heading = if path.ends_with(".rs") && path.contains("src/") { HEADING } else { "" };
    fs::write(file, format!("{heading}{text}")).unwrap();
}

fn said(root: &Path) -> Vec<String> {
    check(root).unwrap().iter().map(ToString::to_string).collect()
}

/// Plants the files in a clean house and expects one complaint that starts and ends like this.
fn expect(files: &[(&str, &str)], start: &str, end: &str) {
    let root = clean();
    for (path, text) in files {
        plant(root.path(), path, text);
    }
    let said = said(root.path());
    let [only] = said.as_slice() else { panic!("one complaint expected, got {said:#?}") };
    assert!(only.starts_with(start), "{only}");
    assert!(only.ends_with(end), "{only}");
}

#[test]
fn a_clean_house_gives_no_complaint() {
    assert_eq!(said(clean().path()), Vec::<String>::new());
}

#[test]
fn a_crate_that_looks_upwards_is_found() {
    expect(
        &[(
            "crates/access/Cargo.toml",
            "[package]\nname = \"countersign-access\"\n\n[dependencies]\ncountersign-store.workspace = true\n",
        )],
        "crates/access/Cargo.toml:5: `access` depends on `countersign-store`, ",
        "turn the dependency round or pass the value in",
    );
}

#[test]
fn a_crate_without_a_place_in_the_house_is_found() {
    expect(
        &[("crates/extra/Cargo.toml", "[package]\nname = \"countersign-extra\"\n")],
        "crates/extra/Cargo.toml:1: crate `extra` has no row",
        "give the reason in docs/decision",
    );
}

#[test]
fn io_in_a_pure_crate_is_found_even_under_another_name_and_in_its_tests() {
    for (table, line) in [
        ("[dependencies]\ntokio = \"1\"\n", 3),
        ("[dependencies]\nruntime = { package = \"tokio\", version = \"1\" }\n", 3),
        ("[dev-dependencies]\ntokio.workspace = true\n", 3),
        ("[target.'cfg(unix)'.dependencies]\naxum.workspace = true\n", 3),
        ("[dependencies]\nserde = \"1\"\nreqwest = \"1\"\n", 4),
    ] {
        expect(
            &[("crates/ledger/Cargo.toml", &format!("[package]\n{table}"))],
            &format!("crates/ledger/Cargo.toml:{line}: `ledger` depends on `"),
            "move the code that needs it to the crate that has it",
        );
    }
}

#[test]
fn randomness_in_a_pure_crate_is_found() {
    expect(
        &[("crates/policy/Cargo.toml", "[dependencies]\ngetrandom.workspace = true\n")],
        "crates/policy/Cargo.toml:2: the pure crate `policy` depends on `getrandom`, ",
        "take it as an argument",
    );
}

#[test]
fn sql_outside_the_store_is_found() {
    expect(
        &[("crates/server/Cargo.toml", "[dependencies]\nsqlx.workspace = true\n")],
        "crates/server/Cargo.toml:2: `server` depends on `sqlx`, ",
        "move the code that needs it to the crate that has it",
    );
}

#[test]
fn two_modules_that_use_each_other_are_found() {
    expect(
        &[
            ("crates/store/src/lib.rs", RING_ROOT),
            ("crates/store/src/a.rs", "use crate::b::B;\npub struct A(B);\n"),
            ("crates/store/src/b.rs", "pub struct B;\nfn f() { super::a::g(); }\n"),
        ],
        "crates/store/src/a.rs:2: modules use each other in a ring: `a` -> `b` -> `a`, ",
        "the way back is at crates/store/src/b.rs:3",
    );
}

#[test]
fn a_ring_through_macros_folders_and_names_of_the_root_is_found() {
    expect(
        &[
            ("crates/store/src/lib.rs", "mod a;\nmod b;\nmod c;\npub use b::inner::B;\n"),
            ("crates/store/src/a.rs", "fn f() { println!(\"{}\", crate::c::LIMIT); }\n"),
            ("crates/store/src/b.rs", "pub mod inner;\n"),
            ("crates/store/src/b/inner.rs", "use super::super::a::A;\npub struct B(A);\n"),
            ("crates/store/src/c.rs", "pub const LIMIT: crate::B = 1;\n"),
        ],
        "crates/store/src/a.rs:2: modules use each other in a ring: `a` -> `c` -> `b` -> `a`, ",
        "the way back is at crates/store/src/c.rs:2, crates/store/src/b/inner.rs:2",
    );
}

#[test]
fn a_ring_that_only_a_test_closes_is_none() {
    let root = clean();
    plant(root.path(), "crates/store/src/lib.rs", RING_ROOT);
    plant(root.path(), "crates/store/src/a.rs", "use crate::b::B;\n");
    plant(
        root.path(),
        "crates/store/src/b.rs",
        "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n#[cfg(test)]\nmod more;\n",
    );
    plant(root.path(), "crates/store/src/b/more.rs", "use crate::a::A;\n");
    assert_eq!(said(root.path()), Vec::<String>::new());
}

#[test]
fn a_function_of_71_lines_is_found_and_one_of_70_is_not() {
    let long = |lines: usize| format!("fn long() {{\n{}}}\n", "    f();\n".repeat(lines - 2));
    expect(
        &[("crates/store/src/lib.rs", &format!("{}{}", long(70), long(71)))],
        "crates/store/src/lib.rs:72: function `long` has 71 lines, ",
        "take a step of it out and name it",
    );
}

#[test]
fn a_file_of_401_lines_is_found_and_its_tests_do_not_count() {
    let lines = |count: usize| "const _: () = ();\n".repeat(count);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(300));
    expect(
        &[
            ("crates/store/src/a.rs", &format!("{}{tests}", lines(399))),
            ("crates/store/src/b.rs", &format!("{}{tests}", lines(400))),
        ],
        "crates/store/src/b.rs:401: 401 lines before the tests, ",
        "split it by purpose",
    );
}

#[test]
fn names_that_fit_everything_are_found() {
    for path in ["crates/store/src/utils.rs", "crates/store/tests/common.rs"] {
        expect(&[(path, "")], &format!("{path}:1: a module named `"), "it is about");
    }
    expect(
        &[("crates/store/src/helper/more.rs", "")],
        "crates/store/src/helper/more.rs:1: a module named `helper`, ",
        "name it after the one thing it is about",
    );
    expect(
        &[("crates/store/src/lib.rs", "mod types {}\n")],
        "crates/store/src/lib.rs:2: a module named `types`, ",
        "name it after the one thing it is about",
    );
}

#[test]
fn a_mod_rs_is_found() {
    expect(
        &[("crates/store/src/a/mod.rs", "")],
        "crates/store/src/a/mod.rs:1: a file named `mod.rs`, ",
        "name it after its folder, beside it",
    );
}

#[test]
fn a_shell_script_is_found_by_its_ending_and_by_its_first_line() {
    for (path, text) in [("tools/x.sh", ""), ("tools/x", "#!/bin/sh\n")] {
        expect(&[(path, text)], &format!("{path}:1: a shell script, "), "a command of xtask");
    }
}

#[test]
fn a_word_that_the_project_does_not_use_is_found() {
    for (item, word) in [
        ("struct SodViolation;", "violation"),
        ("fn list_waivers() {}", "waivers"),
        ("struct A { user_id: u8 }", "user_id"),
        ("enum A { User }", "User"),
        ("const MAX_UTIL: u8 = 1;", "util"),
    ] {
        let root = clean();
        plant(root.path(), "crates/store/src/lib.rs", &format!("{item}\n"));
        let said = said(root.path());
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said.iter().all(|line| line.starts_with("crates/store/src/lib.rs:2: `")));
        assert!(said.iter().all(|line| line.contains(&format!("contains the word `{word}`, "))));
    }
}

#[test]
fn an_import_of_everything_is_found_outside_tests() {
    expect(
        &[("crates/store/src/lib.rs", "use std::fmt::*;\n")],
        "crates/store/src/lib.rs:2: an import of everything (`::*`), ",
        "name what is used",
    );
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_found() {
    let root = clean();
    for text in ["fn f() {}\n", "//! Placeholder.\nfn f() {}\n"] {
        fs::write(root.path().join("crates/access/src/node.rs"), text).unwrap();
        let said = said(root.path());
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said.iter().all(|line| {
            line.starts_with("crates/access/src/node.rs:1: no `//!` paragraph at the top, ")
        }));
    }
}

#[test]
fn a_path_of_one_machine_is_found() {
    for path in [concat!("../", "shared/x"), concat!("/root", "/.cargo"), concat!("/Users", "/me")]
    {
        expect(
            &[("docs/guide/start.md", &format!("# Start\n\nsee {path}\n"))],
            "docs/guide/start.md:3: the path `",
            "or take the path from the environment",
        );
    }
}

#[test]
fn a_file_that_is_not_rust_is_named_with_its_line() {
    let root = clean();
    plant(root.path(), "crates/store/src/lib.rs", "fn f() {\n");
    let message = check(root.path()).unwrap_err();
    assert!(message.starts_with("crates/store/src/lib.rs:2: not Rust: "), "{message}");
}

#[test]
fn what_no_template_may_hold_is_found() {
    let template = "crates/server/templates/finding/show.html";
    for (text, what) in [
        ("<p\n  style=\"color: red\">x</p>", "an attribute `style`, "),
        ("<p{% if bad %} style=\"x\"{% endif %}>x</p>", "an attribute `style`, "),
        ("<p hx-on:click=\"x()\">x</p>", "an attribute `hx-on`, "),
        ("<p onclick=\"x()\">x</p>", "an event attribute, "),
        ("<p hx-vals=\"js:{a: 1}\">x</p>", "a value that is script (`js:`), "),
        ("<a href=\"javascript:x()\">x</a>", "a value that is script (`js:`), "),
        ("<p hx-trigger=\"click[ctrlKey]\">x</p>", "a filter in `hx-trigger`, "),
        ("<p>{{ words|safe }}</p>", "the filter `safe`, "),
    ] {
        let text = format!("<p>first line, on=off and style=\"none\" in words</p>\n{text}\n");
        let start = format!("{template}:2: {what}");
        expect(&[(template, &text)], &start, "");
    }
}

#[test]
fn a_template_that_holds_nothing_of_that_gives_no_complaint() {
    let root = clean();
    let text = "<div hx-get=\"/a\" hx-trigger=\"every 5s\" class=\"style\">{{ a.style }}</div>\n\
                <input name=\"once\" value=\"{{ once }}\"/>\n";
    plant(root.path(), "crates/server/templates/a.html", text);
    plant(root.path(), "docs/a.html", "<p style=\"color: red\">not a template</p>");
    assert_eq!(said(root.path()), Vec::<String>::new());
}

/// A verb of an exception and its files on all shelves but one.
fn verb_without(shelf: &str) -> Vec<(&'static str, &'static str)> {
    let all = [
        (
            "crates/governance/src/authority.rs",
            "pub enum Verb {\n    ExceptionRenew,\n    Other,\n}\n",
        ),
        ("crates/governance/src/exception/renew.rs", ""),
        ("crates/server/src/api/exception/renew.rs", ""),
        ("crates/countersign/src/exception/renew.rs", ""),
        ("crates/server/src/ui/exception/deed.rs", "enum Verb {\n    Renew,\n}\n"),
    ];
    all.into_iter().filter(|(path, _)| !path.starts_with(shelf)).collect()
}

#[test]
fn a_verb_that_is_not_on_a_shelf_is_found_with_the_file_to_add() {
    for (shelf, file) in [
        ("crates/governance/src/exception", "crates/governance/src/exception/renew.rs, or give"),
        ("crates/server/src/api", "crates/server/src/api/exception/renew.rs, or give"),
        ("crates/countersign", "crates/countersign/src/exception/renew.rs, or give"),
        ("crates/server/src/ui", "crates/server/src/ui/exception/renew.rs, or `Renew` to the enum"),
    ] {
        let start =
            "crates/governance/src/authority.rs:3: the verb `exception renew` is not on the";
        expect(&verb_without(shelf), start, "CONTRIBUTING.md has the steps");
        let root = clean();
        verb_without(shelf).iter().for_each(|(path, text)| plant(root.path(), path, text));
        assert!(said(root.path()).concat().contains(&format!("add {file}")), "{shelf}");
    }
}

#[test]
fn a_verb_on_every_shelf_gives_no_complaint_and_a_page_of_its_own_counts_as_one() {
    let root = clean();
    for (path, text) in verb_without("nothing") {
        plant(root.path(), path, text);
    }
    assert_eq!(said(root.path()), Vec::<String>::new());
    plant(root.path(), "crates/server/src/ui/exception/deed.rs", "");
    plant(root.path(), "crates/server/src/ui/exception/renew.rs", "");
    assert_eq!(said(root.path()), Vec::<String>::new());
}

#[test]
fn a_reason_that_is_not_needed_any_more_is_found() {
    expect(
        &[
            ("crates/governance/src/authority.rs", "enum Verb {\n    FindingWithdrawOrder,\n}\n"),
            ("crates/governance/src/finding/withdraw_order.rs", ""),
            ("crates/server/src/api/finding/withdraw_order.rs", ""),
            ("crates/countersign/src/finding/withdraw_order.rs", ""),
            ("crates/server/src/ui/finding/withdraw_order.rs", ""),
        ],
        "crates/governance/src/authority.rs:3: the verb `finding withdraw_order` is on the shelf",
        "strike it in xtask/src/tidy/shelf.rs",
    );
}

/// A driver with so many methods that differ, and some that hand on.
fn a_driver(differing: usize) -> String {
    let mut text = "enum Driver { Sqlite(u8), Postgres(u8) }\nimpl Driver {\n".to_owned();
    for number in 0..differing {
        text.push_str(&format!(
            "fn d{number}(&self) -> u8 {{ match self {{ Self::Sqlite(_) => 1, Self::Postgres(_) => 2 }} }}\n"
        ));
    }
    text.push_str("fn same(&self) { match self { Self::Sqlite(it) => sqlite::f(it), Self::Postgres(it) => postgres::f(it) } }\n}\n");
    text
}

const DRIVER: &str = "crates/store/src/driver.rs";

#[test]
fn the_eleventh_difference_between_the_databases_is_named() {
    let root = clean();
    plant(root.path(), DRIVER, &a_driver(10));
    assert_eq!(said(root.path()), Vec::<String>::new());
    expect(
        &[(DRIVER, &a_driver(11))],
        "crates/store/src/driver.rs:14: method `d10` of the driver is one difference more than the 10",
        "or take another difference away",
    );
    let job = "fn claim(driver: &Driver) { driver.claims(A, B); }\n";
    expect(
        &[(DRIVER, &a_driver(10)), ("crates/store/src/job.rs", job)],
        "crates/store/src/job.rs:2: a statement that is written twice is one difference more",
        "or take another difference away",
    );
}

#[test]
fn a_method_that_only_looks_as_if_it_handed_on_is_a_difference() {
    for body in [
        "match self { Self::Sqlite(it) => it.once(), Self::Postgres(it) => it.twice() }",
        "match self { Self::Sqlite(it) => it.once(), _ => 2 }",
        "if let Self::Sqlite(it) = self { it.once() } else { 2 }",
        "u8::from(matches!(self, Self::Postgres(_)))",
    ] {
        let method = format!("impl Link {{ fn odd(&self) -> u8 {{ {body} }} }}\n");
        expect(
            &[(DRIVER, &format!("{}{method}", a_driver(10)))],
            "crates/store/src/driver.rs:16: method `odd` of the driver is one difference more",
            "or take another difference away",
        );
    }
}

#[test]
fn whoever_asks_outside_the_driver_which_database_runs_is_found() {
    for line in ["fn f(it: &Driver) { g(matches!(it, Driver::Postgres(_))); }", "use sqlx::PgPool;"]
    {
        expect(
            &[("crates/store/src/job.rs", &format!("{line}\n"))],
            "crates/store/src/job.rs:2: `P",
            "make what differs a method in crates/store/src/driver.rs",
        );
    }
}

/// A check that looks in the wrong place finds nothing: in this house there is something to find.
#[test]
fn in_this_house_verbs_and_differences_are_seen() {
    let tree = Tree::read(&place::root()).unwrap();
    let sources = Source::of(&tree).unwrap();
    assert!(shelf::count(&sources) >= 18, "verbs of findings and exceptions");
    assert!(driver::count(&sources) >= 5, "differences between the databases");
}
