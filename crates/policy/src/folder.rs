//! A policy folder as one value: tiers, times, calendar, accountability, rules and authority, loaded
//! whole or not at all. Texts come in; who reads the files is elsewhere.

mod builtin;
mod judge;
mod trial;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use crate::rules::Malformed;
pub use builtin::builtin_texts;
pub use judge::{Objection, Ruling};
pub use trial::{Failure, Report};

use crate::authority::{self, Authorities};
use crate::calendar::{self, Calendar};
use crate::groups::{self, Groups};
use crate::raci::{self, Raci};
use crate::rules::malformed::Marks;
use crate::rules::{self, RuleSet, TEST_SUFFIX, Text, word};
use crate::sla::{self, Sla};
use crate::tier::{self, Tiers};

/// Most files in one folder.
pub const FILES_MAX: usize = 1_024;

const TIERS: &str = "tiers.toml";
const SLA: &str = "sla.toml";
const CALENDAR: &str = "calendar.toml";
const RACI: &str = "raci.toml";
/// The files that a folder has to have.
pub const FILES: [&str; 4] = [TIERS, SLA, CALENDAR, RACI];
/// A file that a folder may have.
const GROUPS: &str = "groups.toml";
const RULES: &str = "rules/";
const SCHEMA: &str = "authority/authority.cedarschema";

/// A policy that holds together.
#[derive(Debug, Clone)]
pub struct Folder {
    /// SHA-256, in lower-case hex, over one line `DIGEST  PATH` for each file in order of path, tests
    /// and prose left out, where DIGEST is the SHA-256 of its text with line feeds as line ends.
    pub digest: String,
    /// Its id and version, for people.
    pub version: String,
    /// How grave a case is.
    pub tiers: Tiers,
    /// How fast, in the order of the tiers.
    pub slas: Vec<Sla>,
    /// Days and hours.
    pub calendar: Calendar,
    /// Who answers for what.
    pub raci: Raci,
    /// Which groups of the provider of sign-ins stand for which seats.
    pub groups: Groups,
    /// Which access is toxic.
    pub rules: RuleSet,
    /// Who may do what.
    pub authorities: Authorities,
    /// Everything that counts, as it was written, with the tests beside it, in order of path: the same
    /// texts loaded again are the same policy.
    pub texts: Vec<Text>,
    /// The digest of each file, tests and prose left out, by path.
    pub files: BTreeMap<String, String>,
}

impl Folder {
    /// The policy that comes with the product.
    #[must_use]
    pub fn builtin() -> Self {
        let loaded = load(&builtin_texts());
        #[expect(clippy::expect_used, reason = "the texts are compiled in, and a test loads them")]
        loaded.expect("the built-in policy is well formed")
    }

    /// The same policy with these rules in place of its own, each pack as the file `rules/ID.toml`: the
    /// digest is the one of a folder in which they stand there.
    #[must_use]
    pub fn judging_by(mut self, rules: RuleSet) -> Self {
        self.files.retain(|path, _| !path.starts_with(RULES));
        self.texts.retain(|text| !text.name.starts_with(RULES));
        for (id, text) in &rules.texts {
            let name = format!("{RULES}{id}.toml");
            self.files.insert(name.clone(), digest_of(text));
            self.texts.push(Text { name, text: text.clone() });
        }
        self.texts.sort_by(|left, right| left.name.cmp(&right.name));
        self.digest = digest(&self.files);
        self.rules = rules;
        self
    }

    /// The tests beside it.
    pub fn tests(&self) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(|text| is_beside(text))
    }

    /// The times of a tier.
    #[must_use]
    pub fn sla(&self, tier: &str) -> Option<&Sla> {
        self.slas.iter().find(|sla| sla.tier == tier)
    }
}

/// Loads a folder from its files: names are paths inside it, with `/`. Text files that end in `.md`
/// are left out.
///
/// # Errors
/// One [`Malformed`] for each file with something wrong, in order of path.
pub fn load(texts: &[Text]) -> Result<Folder, Vec<Malformed>> {
    let mut bad = Vec::new();
    let mut files: BTreeMap<&str, &Text> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        bad.extend(misplaced(at, text, &files));
        files.insert(&text.name, text);
    }
    let tiers = note(&mut bad, one(&files, TIERS).and_then(|it| tier::read(TIERS, &it.text)));
    let times = one(&files, SLA).and_then(|it| sla::read(SLA, &it.text, tiers.as_ref()));
    let slas = note(&mut bad, times);
    let days = one(&files, CALENDAR).and_then(|it| calendar::read(CALENDAR, &it.text));
    let calendar = note(&mut bad, days);
    let raci = note(&mut bad, one(&files, RACI).and_then(|it| raci::read(RACI, &it.text)));
    let groups = files.get(GROUPS).map(|it| groups::read(GROUPS, &it.text));
    let groups = note(&mut bad, groups.unwrap_or_else(|| Ok(Groups::default())));
    if let (Some(tiers), Some(raci), Some(text)) = (&tiers, &raci, files.get(TIERS)) {
        bad.extend(unknown_owners(tiers, raci, text));
    }
    let in_rules = |text: &&Text| text.name.starts_with(RULES) && !is_beside(text);
    let packs: Vec<Text> = texts.iter().filter(in_rules).cloned().collect();
    let rules = note_all(&mut bad, rules::load(&packs, false));
    let cedar: Vec<&Text> = texts.iter().filter(|it| it.name.ends_with(".cedar")).collect();
    let authorities = if cedar.is_empty() {
        bad.push(fault(
            "authority",
            "",
            "no policy says who may do what: add a file such as `authority/exception.cedar`",
        ));
        None
    } else {
        note_all(&mut bad, authority::read(&cedar, tiers.as_ref()))
    };
    bad.sort_by(|left, right| left.file.cmp(&right.file));
    let (Some(tiers), Some(slas), Some(calendar), Some(raci)) = (tiers, slas, calendar, raci)
    else {
        return Err(bad);
    };
    let (Some(groups), Some(rules), Some(authorities)) = (groups, rules, authorities) else {
        return Err(bad);
    };
    if !bad.is_empty() {
        return Err(bad);
    }
    let counted = texts.iter().filter(|it| !is_beside(it) && !it.name.ends_with(".md"));
    let files: BTreeMap<String, String> =
        counted.map(|it| (it.name.clone(), digest_of(&it.text))).collect();
    let mut texts: Vec<Text> =
        texts.iter().filter(|it| !it.name.ends_with(".md")).cloned().collect();
    texts.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(Folder {
        digest: digest(&files),
        version: format!("{} {}", tiers.id, tiers.version),
        tiers,
        slas,
        calendar,
        raci,
        groups,
        rules,
        authorities,
        texts,
        files,
    })
}

fn is_beside(text: &Text) -> bool {
    text.name.ends_with(TEST_SUFFIX)
}

fn note<T>(bad: &mut Vec<Malformed>, read: Result<T, Malformed>) -> Option<T> {
    read.map_err(|it| bad.push(it)).ok()
}

fn note_all<T>(bad: &mut Vec<Malformed>, read: Result<T, Vec<Malformed>>) -> Option<T> {
    read.map_err(|it| bad.extend(it)).ok()
}

fn fault(name: &str, text: &str, what: &str) -> Malformed {
    let mut marks = Marks::new(text);
    marks.fault(&(0..0), what);
    marks.refuse(name)
}

fn one<'a>(files: &BTreeMap<&str, &'a Text>, name: &str) -> Result<&'a Text, Malformed> {
    let found = files.get(name).copied();
    found.ok_or_else(|| fault(name, "", "the folder has no such file: copy the built-in one"))
}

/// What is wrong with the name of a file: nobody should believe that a file counts which is not read.
fn misplaced(at: usize, text: &Text, before: &BTreeMap<&str, &Text>) -> Option<Malformed> {
    let name = text.name.as_str();
    if at >= FILES_MAX {
        let what = format!("more than {FILES_MAX} files are given: join some of them");
        return Some(fault(name, &text.text, &what));
    }
    if before.contains_key(name) {
        return Some(fault(name, &text.text, "this file is given twice: keep one"));
    }
    let plain = name.strip_suffix(TEST_SUFFIX).map_or_else(
        || name.to_owned(),
        |stem| {
            if stem.starts_with("authority/") {
                format!("{stem}.cedar")
            } else {
                format!("{stem}.toml")
            }
        },
    );
    let in_folder = |folder: &str, ending: &str| {
        let file = plain.strip_prefix(folder).and_then(|it| it.strip_suffix(ending));
        file.is_some_and(|stem| !stem.is_empty() && !stem.contains('/'))
    };
    if name == SCHEMA {
        let is_ours = line_feeds(&text.text) == authority::SCHEMA;
        let what = "the schema is the product's own and another one was written here: copy the one of \
                    this version, or remove the file";
        return (!is_ours).then(|| fault(name, &text.text, what));
    }
    let is_known = FILES.contains(&plain.as_str())
        || plain == GROUPS
        || in_folder("rules/", ".toml")
        || in_folder("authority/", ".cedar")
        || (name.ends_with(".md"));
    if is_known {
        return None;
    }
    let known: Vec<&str> = FILES
        .into_iter()
        .chain([GROUPS, SCHEMA, "rules/NAME.toml", "authority/NAME.cedar"])
        .collect();
    let what = format!("no part of a policy has this name: {}", word::advice(name, &known));
    Some(fault(name, &text.text, &what))
}

/// A budget is owned by a person whom the folder knows, or by whoever owns the process.
fn unknown_owners(tiers: &Tiers, raci: &Raci, text: &Text) -> Option<Malformed> {
    let mut known: Vec<&str> = raci.people.keys().map(String::as_str).collect();
    known.push(tier::PROCESS_OWNER);
    let mut marks = Marks::new(&text.text);
    for budget in &tiers.budgets {
        if !known.contains(&budget.owner.as_str()) {
            let at = text.text.find(&format!("\"{}\"", budget.owner)).unwrap_or_default();
            let advice = word::advice(&budget.owner, &known);
            marks.fault(&(at..at), format!("unknown risk owner `{}`: {advice}", budget.owner));
        }
    }
    marks.finish(&text.name, ()).err()
}

fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn digest_of(text: &str) -> String {
    rules::hex(&Sha256::digest(line_feeds(text).as_bytes()))
}

fn digest(files: &BTreeMap<String, String>) -> String {
    let mut all = Sha256::new();
    for (path, digest) in files {
        all.update(format!("{digest}  {path}\n"));
    }
    rules::hex(&all.finalize())
}
