//! The policy folder: loaded whole or not at all, with everything that is wrong, and the built-in one.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;

/// The built-in folder with one text changed.
#[expect(clippy::expect_used, reason = "the folder has the file")]
pub(crate) fn with(name: &str, change: impl Fn(&str) -> String) -> Vec<Text> {
    let mut texts = folder::builtin_texts();
    let text = texts.iter_mut().find(|text| text.name == name).expect("a file of the folder");
    let changed = change(&text.text);
    assert_ne!(changed, text.text, "the change does something");
    text.text = changed;
    texts
}

/// The built-in folder with a part of one text replaced.
pub(crate) fn replaced(name: &str, from: &str, to: &str) -> Vec<Text> {
    with(name, |text| text.replacen(from, to, 1))
}

/// Everything that is wrong, one line each.
#[expect(clippy::expect_used, reason = "a test asks for the faults of what is refused")]
pub(crate) fn faults(texts: &[Text]) -> String {
    let bad = folder::load(texts).expect_err("refused");
    bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_built_in_folder_loads_and_its_tests_hold() {
    let texts = folder::builtin_texts();
    let folder = folder::load(&texts).unwrap_or_else(|bad| {
        panic!("{}", bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    let report = folder.test(&texts).expect("tests can be read");
    assert!(report.is_good(), "{:#?}", (&report.failures, &report.untested));
    assert!(report.cases >= 500, "{}", report.cases);
}

#[test]
fn its_texts_loaded_again_are_the_same_policy_whoever_gave_its_rules() {
    use countersign_policy::rules;
    let pack = "[pack]\nid = \"own\"\nversion = \"1\"\n\n[[rule]]\nid = \"own.pay\"\ntitle = \"Pays\"\nseverity = \"high\"\nexplanation = \"Whoever pays needs somebody beside them.\"\nremedy = \"Take it away.\"\n[[rule.side]]\nname = \"pay\"\nany = [{ tag = \"duty=pay\" }]\n";
    let given = Text { name: "/srv/rules/some where.toml".to_owned(), text: pack.to_owned() };
    let own = rules::load(&[given], true).expect("rules that can be read");
    for folder in [Folder::builtin(), Folder::builtin().judging_by(own)] {
        let again = folder::load(&folder.texts).unwrap_or_else(|bad| panic!("{bad:?}"));
        assert_eq!(again.digest, folder.digest);
        assert_eq!((&again.files, &again.texts), (&folder.files, &folder.texts));
        assert_eq!(again.rules.packs, folder.rules.packs);
        assert_eq!(again.rules.digest, folder.rules.digest);
    }
}
