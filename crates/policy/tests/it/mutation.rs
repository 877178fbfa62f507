//! Whether the tests beside the built-in policy notice when it is changed: every policy dropped and
//! widened, every figure of the tiers and times moved, every answer turned around.

use countersign_policy::folder;
use countersign_policy::rules::Text;

/// A change to one file, and what it is.
struct Mutant {
    what: String,
    file: &'static str,
    text: String,
}

/// How a mutant fared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The folder does not load any more.
    Refused,
    /// A test fails, or something is no longer tested.
    Noticed,
    /// Nobody would know.
    Survived,
}

const AUTHORITY: [&str; 4] = [
    "authority/accountability.cedar",
    "authority/administration.cedar",
    "authority/exception.cedar",
    "authority/finding.cedar",
];

const SEATS: [&str; 5] = ["business", "control", "security", "legal", "operations"];

#[test]
fn the_tests_of_the_built_in_policy_notice_its_changes() {
    let texts = folder::builtin_texts();
    let mut mutants = Vec::new();
    for file in AUTHORITY {
        policies(file, text(&texts, file), &mut mutants);
    }
    for file in ["tiers.toml", "sla.toml"] {
        figures(file, text(&texts, file), &mut mutants);
    }
    assert!(mutants.len() >= 100, "{}", mutants.len());
    let fates = fates(&texts, &mutants);
    assert_eq!(fates.len(), mutants.len());
    let count = |fate| fates.iter().filter(|(it, _)| *it == fate).count();
    let (refused, noticed) = (count(Fate::Refused), count(Fate::Noticed));
    let survived: Vec<&str> = fates
        .iter()
        .filter(|(fate, _)| *fate == Fate::Survived)
        .map(|(_, mutant)| mutant.what.as_str())
        .collect();
    let caught = (refused + noticed) * 100 / mutants.len();
    assert!(caught >= FLOOR, "{caught} of 100 caught, {survived:#?}");
}

/// How each fared, in any order, worked out on all cores.
#[expect(clippy::unwrap_used, reason = "a thread that panics fails the test")]
fn fates<'a>(texts: &[Text], mutants: &'a [Mutant]) -> Vec<(Fate, &'a Mutant)> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let shares: Vec<_> = (0..threads)
            .map(|first| {
                let mine = mutants.iter().skip(first).step_by(threads);
                scope.spawn(|| mine.map(|it| (fate(texts, it), it)).collect::<Vec<_>>())
            })
            .collect();
        shares.into_iter().flat_map(|share| share.join().unwrap()).collect()
    })
}

/// Least share of changes, in percent, that is caught.
const FLOOR: usize = 95;

fn text<'a>(texts: &'a [Text], file: &str) -> &'a str {
    texts.iter().find(|text| text.name == file).map_or("", |text| text.text.as_str())
}

/// The one pack that a folder needs: no change here is to a rule.
const PACK: &str = "[pack]\nid = \"one\"\nversion = \"1\"\n[[rule]]\nid = \"one.rule\"\ntitle = \"One\"\n\
                    severity = \"low\"\nexplanation = \"One.\"\nremedy = \"None.\"\n[[rule.side]]\n\
                    name = \"one\"\nany = [{ action = \"one\" }]\n";

/// What stands for the files of authority that are not changed: it lets everything pass that they speak
/// of, so that nothing of it can be a change that is noticed, and is read in no time.
fn rest(changed: &str) -> String {
    let groups = ["exception", "finding", "administration"].iter();
    let groups = groups.filter(|group| !changed.ends_with(&format!("/{group}.cedar")));
    let groups: Vec<String> = groups.map(|group| format!("Action::\"{group}\"")).collect();
    let groups = groups.join(", ");
    format!("@id(\"rest\")\n@because(\"x\")\npermit (principal, action in [{groups}], resource);\n")
}

/// Only the tests beside the changed file are run, and only a test that fails counts as noticed.
fn fate(texts: &[Text], mutant: &Mutant) -> Fate {
    let stem = mutant.file.rsplit_once('.').map_or("", |(stem, _)| stem);
    let counts = |name: &str| match name.strip_suffix(".test.toml") {
        Some(beside) => beside == stem,
        None => name == mutant.file || !name.contains('/'),
    };
    let mut texts: Vec<Text> = texts.iter().filter(|text| counts(&text.name)).cloned().collect();
    for text in &mut texts {
        if text.name == mutant.file {
            text.text.clone_from(&mutant.text);
        }
    }
    let more = [("rules/one.toml", PACK.to_owned()), ("authority/rest.cedar", rest(mutant.file))];
    texts.extend(more.map(|(name, text)| Text { name: name.to_owned(), text }));
    let Ok(folder) = folder::load(&texts) else { return Fate::Refused };
    match folder.test(&[]) {
        Ok(report) if report.failures.is_empty() => Fate::Survived,
        Ok(_) => Fate::Noticed,
        Err(_) => Fate::Refused,
    }
}

#[test]
fn what_is_not_changed_is_not_noticed() {
    let texts = folder::builtin_texts();
    for file in AUTHORITY.into_iter().chain(["tiers.toml", "sla.toml"]) {
        let same = Mutant { what: String::new(), file, text: text(&texts, file).to_owned() };
        assert!(fate(&texts, &same) == Fate::Survived, "{file}");
    }
}

fn policies(file: &'static str, text: &str, mutants: &mut Vec<Mutant>) {
    let all: Vec<&str> = text.split_inclusive(";\n").collect();
    for (at, policy) in all.iter().enumerate().filter(|(_, it)| it.contains("@id")) {
        let with = |changed: &str| {
            let parts = all.iter().enumerate();
            parts.map(|(other, it)| if other == at { changed } else { it }).collect::<String>()
        };
        let id = policy.split('"').nth(1).unwrap_or_default();
        let mut add = |what: String, changed: String| {
            if changed != **policy {
                mutants.push(Mutant { what: format!("{id}: {what}"), file, text: with(&changed) });
            }
        };
        add("dropped".to_owned(), String::new());
        add("turned around".to_owned(), policy.replace("permit (", "forbid ("));
        let first = "principal in Seat::\"";
        let Some(seat) = policy.split(first).nth(1).and_then(|it| it.split('"').next()) else {
            continue;
        };
        let named = format!("{first}{seat}\"");
        let other =
            SEATS.iter().find(|other| !policy.contains(*other)).copied().unwrap_or("auditor");
        if policy.contains("when") {
            add(
                "open to everybody".to_owned(),
                policy.replace(&named, &format!("{named} || true")),
            );
            add(
                "widened".to_owned(),
                policy.replace(&named, &format!("{named} || {first}{other}\"")),
            );
            add("narrowed".to_owned(), policy.replace(&format!("{named} ||"), ""));
        } else {
            add("open to everybody".to_owned(), policy.replace(&named, "principal"));
            add(
                "given to another seat".to_owned(),
                policy.replace(&named, &format!("{first}{other}\"")),
            );
        }
    }
}

fn figures(file: &'static str, text: &str, mutants: &mut Vec<Mutant>) {
    let lines: Vec<&str> = text.lines().collect();
    // What is said under these heads is compared when the folder is loaded and decides nothing itself.
    let mut counts = true;
    let mut tier = "";
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("[[") {
            counts = *line == "[[tier]]" || *line == "[[sla]]";
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        if matches!(key, "id" | "tier") {
            tier = value;
        }
        let changed = match (value, value.parse::<u64>()) {
            (_, Ok(number)) => vec![number.saturating_add(1).to_string(), (number / 2).to_string()],
            ("true", _) if key != "without_a_person" => vec!["false".to_owned()],
            ("false", _) => vec!["true".to_owned()],
            ("\"reopen\"", _) => vec!["\"revoke\"".to_owned()],
            ("\"contain\"", _) => vec!["\"reopen\"".to_owned()],
            ("\"calendar\"", _) => vec!["\"business\"".to_owned()],
            (value, _) if key == "seats" => vec![
                value.replace(", \"control\"", ""),
                value.replace("\"control\"", "\"security\""),
            ],
            _ => Vec::new(),
        };
        for new in changed.into_iter().filter(|new| counts && new != value) {
            let line = format!("{key} = {new}");
            let mutated = lines
                .iter()
                .enumerate()
                .map(|(other, it)| if other == at { line.as_str() } else { it });
            let text = mutated.fold(String::new(), |text, line| text + line + "\n");
            mutants.push(Mutant {
                what: format!("{file}, {tier}: {key} {value} to {new}"),
                file,
                text,
            });
        }
    }
}
