//! Rule packs: reading, refusing, loading together, digest and schema.

use countersign_access::edge::EdgeKind;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Body, Class, Need, Pack, Same, Severity};
use countersign_policy::rules::{self, Text, limit};

/// A small pack that is whole; the cases change one thing in it.
const WHOLE: &str = r#"
[pack]
id = "demo"
version = "1.2.0"
baseline = ["demo/root*"]

[[rule]]
id = "demo.pay"
title = "Enters and pays"
severity = "high"
process = "procure-to-pay"
scope = { kinds = ["workload"], system = "erp*", environment = "production", tag = "team=fin" }
same = "tag:company"
follow = ["controls"]
explanation = "why"
remedy = "what"
owasp_nhi = ["NHI-05"]
csf = ["PR.AC-4", "GV.RR-2"]
owner = "treasury"

[[rule.side]]
name = "enter"
any = [{ tag = "duty=enter" }, { entitlement = "erp:role:7" }]

[[rule.side]]
name = "pay"
all = [{ system = "erp", action = "pay*", resource = "run/*" }]

[[rule]]
id = "demo.forgotten"
title = "Nobody owns it"
severity = "low"
explanation = "why"
remedy = "what"

[rule.where]
kinds = ["account", "service_account"]
owned = false
"#;

fn text(name: &str, text: &str) -> Text {
    Text { name: name.to_owned(), text: text.to_owned() }
}

#[test]
fn a_whole_pack_becomes_what_the_engine_judges_by() {
    let pack = rules::parse("demo.toml", WHOLE).expect("whole");
    assert_eq!((pack.id.as_str(), pack.version.as_str()), ("demo", "1.2.0"));
    assert!(pack.baseline.iter().any(|glob| glob.matches("demo/root1")));
    let [pay, forgotten] = pack.rules.as_slice() else { panic!("two rules") };
    assert_eq!((pay.severity, pay.class), (Severity::High, Class::ToxicPair));
    assert_eq!(forgotten.class, Class::Hygiene);
    assert_eq!(pay.owasp_nhi, ["NHI5:2025"]);
    assert_eq!(pay.csf, ["PR.AA-05", "GV.RR-02"]);
    assert_eq!(pay.same, Some(Same::Tag("company".to_owned())));
    assert_eq!(pay.follow, [EdgeKind::Controls]);
    assert_eq!(pay.scope.kinds, [NodeKind::Workload]);
    assert_eq!(pay.owner.as_deref(), Some("treasury"));
    let Body::Sides(sides) = &pay.body else { panic!("sides") };
    assert!(matches!(sides[0].need, Need::Any(ref any) if any.len() == 2));
    assert!(matches!(sides[1].need, Need::All(ref all) if all.len() == 1));
    let Body::Where(tests) = &forgotten.body else { panic!("where") };
    assert_eq!((tests.owned, tests.kinds.len()), (Some(false), 2));
}

#[test]
fn one_side_alone_is_hygiene_unless_it_says_more() {
    let one = WHOLE.replace(
        "[[rule.side]]\nname = \"pay\"\nall = [{ system = \"erp\", action = \"pay*\", resource = \"run/*\" }]\n",
        "",
    );
    let one = one.replace("same = \"tag:company\"\n", "");
    assert_eq!(rules::parse("demo.toml", &one).expect("whole").rules[0].class, Class::Hygiene);
    let said = one.replacen("severity = \"high\"", "severity = \"high\"\nclass = \"exposure\"", 1);
    assert_eq!(rules::parse("demo.toml", &said).expect("whole").rules[0].class, Class::Exposure);
}

/// What is changed in the whole pack, and what the author must then be told: place and words.
const REFUSED: [(&str, &str, &str); 38] = [
    (
        "severity = \"high\"",
        "sevrity = \"high\"",
        "demo.toml:10:1: rule `demo.pay`: unknown key `sevrity`: write `severity` (known here: ",
    ),
    ("severity = \"low\"", "", "rule `demo.forgotten`: the key `severity` is missing: add it"),
    (
        "severity = \"high\"",
        "severity = \"hihg\"",
        "demo.toml:10:12: rule `demo.pay`: unknown severity `hihg`: write `high`",
    ),
    (
        "severity = \"high\"",
        "severity = \"terrible\"",
        "unknown severity `terrible`: write one of `low`, `medium`, `high`, `critical`",
    ),
    ("severity = \"high\"", "severity = 3", "rule `demo.pay`: found integer `3`: write a string"),
    (
        "same =",
        "class = \"toxic_pairs\"\nsame =",
        "unknown class `toxic_pairs`: write `toxic_pair`",
    ),
    (
        "kinds = [\"workload\"]",
        "kinds = [\"worklaod\"]",
        "unknown kind of node `worklaod`: write `workload`",
    ),
    (
        "kinds = [\"workload\"]",
        "kinds = [\"workload\", \"workload\"]",
        "`workload` stands twice in `kinds`",
    ),
    (
        "follow = [\"controls\"]",
        "follow = [\"control\"]",
        "unknown kind of edge `control`: write `controls`",
    ),
    (
        "same = \"tag:company\"",
        "same = \"name_space\"",
        "unknown value `name_space` of `same`: write `namespace`",
    ),
    ("same = \"tag:company\"", "same = \"tag:\"", "unknown value `tag:` of `same`: write"),
    (
        "any = [{ tag = \"duty=enter\" }, { entitlement = \"erp:role:7\" }]",
        "any = []",
        "demo.toml:21:1: rule `demo.pay`: a side has an empty list of selectors",
    ),
    (
        "any = [{ tag = \"duty=enter\" }, { entitlement = \"erp:role:7\" }]",
        "",
        "a side has no selectors: add `any = [...]` or `all = [...]`",
    ),
    (
        "name = \"pay\"",
        "name = \"pay\"\nany = [{ tag = \"x\" }]",
        "a side has both `any` and `all`: keep one",
    ),
    ("name = \"pay\"", "name = \"enter\"", "two sides are called `enter`"),
    (
        "{ tag = \"duty=enter\" }",
        "{}",
        "demo.toml:23:8: rule `demo.pay`: a selector is empty and would match everything",
    ),
    ("{ tag = \"duty=enter\" }", "{ tag = \"\" }", "`` is no tag test: write `key` or `key=value`"),
    ("{ tag = \"duty=enter\" }", "{ tag = \"duty=\" }", "`duty=` is no tag test"),
    ("{ tag = \"duty=enter\" }", "{ tag = \"duty = enter\" }", "`duty = enter` is no tag test"),
    (
        "{ tag = \"duty=enter\" }",
        "{ action = \"\" }",
        "`action` is empty: write a text, or `*` for everything",
    ),
    (
        "{ tag = \"duty=enter\" }",
        "{ verb = \"x\" }",
        "unknown key `verb`: write one of `entitlement`, `system`, `action`, `resource`, `tag`",
    ),
    (
        "{ entitlement = \"erp:role:7\" }",
        "{ entitlement = \"erp:role:7\", action = \"pay\" }",
        "a selector has `entitlement` and `action`: the id names one permission exactly",
    ),
    (
        "{ entitlement = \"erp:role:7\" }",
        "{ entitlement = \"a\\tb\" }",
        "an id may not contain control characters",
    ),
    (
        "[rule.where]\nkinds = [\"account\", \"service_account\"]\nowned = false",
        "",
        "rule `demo.forgotten`: a rule looks for nothing: add `[[rule.side]]` or `[rule.where]`",
    ),
    (
        "[rule.where]",
        "[[rule.side]]\nname = \"x\"\nany = [{ tag = \"x\" }]\n[rule.where]",
        "a rule has both `[[rule.side]]` and `[rule.where]`: keep one",
    ),
    ("owned = false", "", "`where` has no test and would match every node of the kind"),
    (
        "owned = false",
        "tags = [\"a\"]\nwithout_tags = [\"a\"]",
        "`a` is wanted and unwanted at once",
    ),
    ("owned = false", "age_days_min = -1", "found integer `-1`: write a whole number from 0"),
    (
        "kinds = [\"account\", \"service_account\"]",
        "kinds = []",
        "`kinds` is empty: name the kinds of node",
    ),
    (
        "id = \"demo.forgotten\"",
        "id = \"demo.pay\"",
        "demo.toml:30:6: rule `demo.pay`: this id is taken by an earlier rule of the pack",
    ),
    (
        "id = \"demo.pay\"",
        "id = \"Demo Pay\"",
        "`Demo Pay` is no id: write at most 128 lower-case letters",
    ),
    ("id = \"demo\"", "id = \"\"", "demo.toml:3:6: `` is no id"),
    (
        "title = \"Enters and pays\"",
        "title = \" \"",
        "`title` is empty: write something people can read",
    ),
    (
        "title = \"Enters and pays\"",
        "title = \"a\\nb\"",
        "`title` has several lines: write it in one",
    ),
    (
        "owasp_nhi = [\"NHI-05\"]",
        "owasp_nhi = [\"NHI-11\"]",
        "unknown OWASP NHI id `NHI-11`: write `NHI1:2025` to `NHI10:2025`",
    ),
    (
        "csf = [\"PR.AC-4\", \"GV.RR-2\"]",
        "csf = [\"PR.AC-4\", \"PR.AA-05\"]",
        "`PR.AA-05` stands twice in `csf`",
    ),
    (
        "csf = [\"PR.AC-4\", \"GV.RR-2\"]",
        "csf = [\"PR.AA-9\"]",
        "unknown NIST CSF 2.0 id `PR.AA-9`: write one of `PR.AA-01`",
    ),
    (
        "remedy = \"what\"\n\n[rule.where]",
        "remedy = \"what\n[rule.where]",
        "not readable as TOML: ",
    ),
];

#[test]
fn every_fault_is_refused_in_its_place_and_in_words_that_help() {
    for (from, to, words) in REFUSED {
        let broken = WHOLE.replacen(from, to, 1);
        assert_ne!(broken, WHOLE, "the case changes nothing: {from}");
        let refused = rules::parse("demo.toml", &broken).expect_err(to).to_string();
        assert!(refused.contains(words), "for `{to}`\n  wanted: {words}\n  got:    {refused}");
    }
}

#[test]
fn several_faults_of_a_file_are_told_at_once_in_the_order_of_the_file() {
    let broken = WHOLE
        .replacen("severity = \"high\"", "severity = \"x\"", 1)
        .replacen("NHI-05", "NHI-0", 1)
        .replacen("\"service_account\"", "\"robot\"", 1);
    let refused = rules::parse("demo.toml", &broken).expect_err("broken");
    let lines: Vec<_> = refused.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [10, 17, 37]);
    assert_eq!(refused.to_string().lines().count(), 3);
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let twice = WHOLE.replacen("severity = \"high\"", "severity = \"high\"\nseverity = \"low\"", 1);
    assert!(rules::parse("demo.toml", &twice).is_err());
}

#[test]
fn what_is_over_a_limit_is_refused_and_never_cut() {
    let rule = |at: usize| {
        format!(
            "[[rule]]\nid = \"r{at}\"\ntitle = \"t\"\nseverity = \"low\"\nexplanation = \"e\"\nremedy = \"r\"\n\
             where = {{ kinds = [\"account\"], owned = false }}\n"
        )
    };
    let head = "[pack]\nid = \"big\"\nversion = \"1\"\n";
    let rules_over: String = (0..=limit::RULES_MAX).map(rule).collect();
    let side = "[[rule.side]]\nname = \"NAME\"\nany = [{ tag = \"x\" }]\n";
    let sides = |count: usize| -> String {
        (0..count).map(|at| side.replace("NAME", &format!("s{at}"))).collect()
    };
    let open = rule(0).replace("where = { kinds = [\"account\"], owned = false }\n", "");
    let selectors = "{ tag = \"x\" },".repeat(limit::SELECTORS_MAX + 1);
    let table = [
        ("# ".repeat(limit::FILE_BYTES_MAX), "of one file: split it"),
        (format!("{head}{rules_over}"), "1001 rules, at most 1000 are accepted"),
        (format!("{head}{open}{}", sides(limit::SIDES_MAX + 1)), "9 sides, at most 8 are accepted"),
        (
            format!("{head}{open}[[rule.side]]\nname = \"n\"\nany = [{selectors}]\n"),
            "a side has 257 selectors, at most 256 are accepted",
        ),
        (
            format!("{head}{open}csf = [{}]\n{}", "\"GV.OV\",".repeat(65), sides(1)),
            "`csf` has 65 entries, at most 64 are accepted",
        ),
        (
            format!("{head}{}", rule(0).replace("\"t\"", &format!("\"{}\"", "t".repeat(513)))),
            "`title` has 513 bytes, at most 512 are accepted: shorten it",
        ),
    ];
    for (broken, words) in table {
        let refused = rules::parse("big.toml", &broken).expect_err(words).to_string();
        assert!(refused.contains(words), "wanted: {words}\n got: {refused}");
    }
    let whole = format!("{head}{open}{}", sides(limit::SIDES_MAX));
    assert!(rules::parse("big.toml", &whole).is_ok(), "the limit itself is accepted");
}

#[test]
fn hostile_texts_are_refused_and_nothing_panics() {
    let deep = format!("a = {}", "[".repeat(100_000));
    let dotted = format!("[{}]", "a.".repeat(50_000));
    for text in ["", "\u{feff}", "[[", "=", "\0", "pack = 1", "[pack]", "rule = {}", &deep, &dotted]
    {
        assert!(rules::parse("hostile.toml", text).is_err());
    }
    for cut in (0..WHOLE.len()).filter_map(|end| WHOLE.get(..end)) {
        let _ = rules::parse("cut.toml", cut);
    }
}

#[test]
fn the_built_in_packs_are_whole_and_load_beside_a_pack_of_ones_own() {
    let ids: Vec<_> = rules::builtin().into_iter().map(|pack| pack.id).collect();
    assert_eq!(ids, ["business", "kubernetes", "postgres"]);
    let set = rules::load(&[text("demo.toml", WHOLE)], true).expect("whole");
    let ids: Vec<_> = set.packs.iter().map(|pack| pack.id.as_str()).collect();
    assert_eq!(ids, ["business", "demo", "kubernetes", "postgres"]);
    assert!(set.version.contains("demo 1.2.0"), "{}", set.version);
    let of = |pack: &Pack| format!("{} {}", pack.id, pack.version);
    assert_eq!(set.version, set.packs.iter().map(of).collect::<Vec<_>>().join(", "));
    let alone = rules::load(&[text("demo.toml", WHOLE)], false).expect("whole");
    assert_eq!(alone.packs.len(), 1);
    assert_ne!(alone.digest, set.digest);
}

#[test]
fn every_built_in_rule_names_its_controls_and_a_next_step() {
    for rule in rules::builtin().iter().flat_map(|pack| &pack.rules) {
        assert!(!rule.owasp_nhi.is_empty() && !rule.csf.is_empty(), "{}", rule.id);
        assert!(rule.explanation.len() > 60 && rule.remedy.len() > 40, "{}", rule.id);
    }
}

#[test]
fn packs_are_loaded_all_or_not_at_all() {
    let broken = WHOLE.replacen("high", "hihg", 1).replacen("\"demo\"", "\"other\"", 1);
    let texts = [text("demo.toml", WHOLE), text("other.toml", &broken), text("empty.toml", "")];
    let refused = rules::load(&texts, true).expect_err("two are broken");
    let files: Vec<_> = refused.iter().map(|bad| bad.file.as_str()).collect();
    assert_eq!(files, ["other.toml", "empty.toml"]);
}

#[test]
fn ids_that_clash_across_packs_are_refused_in_the_later_file() {
    let again = WHOLE.replacen("\"demo.forgotten\"", "\"postgres.superuser\"", 1);
    let refused =
        rules::load(&[text("a.toml", WHOLE), text("b.toml", &again)], true).expect_err("clash");
    let words = refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(words.contains("b.toml:3:6: the pack id `demo` is taken by `a.toml`"), "{words}");
    assert!(
        words.contains("b.toml:8:6: rule `demo.pay`: this id is taken by a rule in `a.toml`"),
        "{words}"
    );
    assert!(
        words.contains("rule `postgres.superuser`: this id is taken by a rule in `postgres.toml`"),
        "{words}"
    );
    assert!(!words.contains("a.toml:"), "the first file is not to blame: {words}");
}

#[test]
fn tests_beside_the_rules_are_no_packs() {
    let texts = [text("demo.toml", WHOLE), text("demo.test.toml", "anything")];
    assert_eq!(rules::load(&texts, false).expect("whole").packs.len(), 1);
}

#[test]
fn too_many_packs_are_refused() {
    let texts: Vec<Text> = (0..=limit::PACKS_MAX)
        .map(|at| {
            let whole = WHOLE.replace("\"demo", &format!("\"demo{at}"));
            text(&format!("{at}.toml"), &whole)
        })
        .collect();
    let refused = rules::load(&texts, false).expect_err("too many");
    assert!(refused[0].to_string().contains("more than 256 packs are given"));
    assert!(rules::load(&texts[1..], false).is_ok());
}

#[test]
fn the_digest_depends_on_every_byte_and_not_on_the_order_of_the_files() {
    let other = WHOLE.replace("\"demo", "\"other");
    let one = rules::load(&[text("a.toml", WHOLE), text("b.toml", &other)], false).expect("whole");
    let two = rules::load(&[text("z.toml", &other), text("y.toml", WHOLE)], false).expect("whole");
    assert_eq!(one.digest, two.digest);
    let comment = format!("{WHOLE}# \n");
    let three =
        rules::load(&[text("a.toml", &comment), text("b.toml", &other)], false).expect("whole");
    assert_ne!(one.digest, three.digest);
}

#[test]
fn the_digest_is_what_sha256sum_prints_hashed_again() {
    // printf 'x\n' | sha256sum; printf 'DIGEST  a\n' | sha256sum
    let expected = "fb19ce497ef8c8f91293e7ea4c9ce496a6fa971014ca9edf2c47892fef6344aa";
    assert_eq!(rules::digest([("a", "x\n")]), expected);
}

#[test]
fn the_published_schema_is_the_one_that_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rule-pack.schema.json");
    let published = std::fs::read_to_string(path).unwrap_or_default();
    let made = rules::schema().expect("schema");
    assert_eq!(
        published, made,
        "run `cargo run -p countersign-policy --example rule-pack-schema > docs/reference/rule-pack.schema.json`"
    );
}

#[test]
fn the_schema_accepts_the_packs_that_the_reader_accepts_and_refuses_broken_ones() {
    let schema: serde_json::Value =
        serde_json::from_str(&rules::schema().expect("schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let as_json =
        |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).expect("TOML"));
    for text in rules::builtin_texts() {
        let errors: Vec<_> = validator
            .iter_errors(&as_json(&text.text).expect("JSON"))
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", text.name);
    }
    assert!(validator.is_valid(&as_json(WHOLE).expect("JSON")));
    for (from, to) in [
        ("severity = \"high\"", "sevrity = \"high\""),
        ("severity = \"high\"", "severity = \"hihg\""),
        ("kinds = [\"workload\"]", "kinds = [\"worklaod\"]"),
        ("follow = [\"controls\"]", "follow = [\"control\"]"),
        ("same = \"tag:company\"", "same = \"tag:\""),
        ("{ tag = \"duty=enter\" }", "{}"),
        ("name = \"pay\"", "name = \"pay\"\nany = [{ tag = \"x\" }]"),
        ("owned = false", ""),
        ("id = \"demo.pay\"", "id = \"Demo Pay\""),
    ] {
        let broken = WHOLE.replacen(from, to, 1);
        assert!(!validator.is_valid(&as_json(&broken).expect("JSON")), "{to}");
    }
}
