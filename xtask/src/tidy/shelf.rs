//! Shelves: a verb of a case stands on each of them under its own name, so that whoever knows the verb
//! knows the file. Verbs are read from governance, where policy names them. What stands on the shelf is
//! not looked at.

use std::path::{Path, PathBuf};

use proc_macro2::Span;

use super::complaint::Complaint;
use super::source::Source;
use super::tree::Tree;

/// Where every verb that a person can be permitted is named.
const VERBS: &str = "crates/governance/src/authority.rs";

/// The nouns that are cases, as the names of verbs begin.
const NOUNS: [&str; 2] = ["Finding", "Exception"];

/// A place in which every verb has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Rule,
    Wire,
    CommandLine,
    Page,
}

/// Verbs that are not on a shelf, and why not. An entry that is not needed any more is complained about.
const REASONED: [(&str, &str, Shelf, &str); 2] = [
    (
        "finding",
        "withdraw_order",
        Shelf::Page,
        "who runs an order by hand stands at a command line, and takes it back there",
    ),
    (
        "exception",
        "activate",
        Shelf::Page,
        "it comes into force by itself; the page says for what it waits",
    ),
];

const SHELVES: [Shelf; 4] = [Shelf::Rule, Shelf::Wire, Shelf::CommandLine, Shelf::Page];

/// A verb of a noun, and where it is named.
struct Verb {
    noun: String,
    name: String,
    /// As a variant of an enum.
    variant: String,
    line: usize,
}

/// Looks for every verb on every shelf.
pub(super) fn check(tree: &Tree, sources: &[Source]) -> Vec<Complaint> {
    let verbs = verbs(sources);
    let mut complaints = Vec::new();
    for verb in &verbs {
        for shelf in SHELVES {
            let reason = REASONED.iter().find(|(noun, name, left, _)| {
                (*noun, *name, *left) == (&verb.noun, &verb.name, shelf)
            });
            match (shelf.holds(verb, tree, sources), reason) {
                (false, None) => complaints.push(missing(verb, shelf)),
                (true, Some((.., why))) => complaints.push(needless(verb, shelf, why)),
                (true, None) | (false, Some(_)) => {}
            }
        }
    }
    complaints
}

fn verbs(sources: &[Source]) -> Vec<Verb> {
    let named = sources.iter().find(|source| source.path == Path::new(VERBS));
    let variants = named.into_iter().flat_map(|source| variants(source, "Verb"));
    variants
        .filter_map(|(name, span)| {
            let noun = NOUNS.into_iter().find(|noun| name.starts_with(noun))?;
            let variant = name.strip_prefix(noun)?.to_owned();
            let (noun, name) = (noun.to_lowercase(), snake(&variant));
            Some(Verb { noun, name, variant, line: span.start().line })
        })
        .collect()
}

/// The variants of an enum in a file.
fn variants(source: &Source, wanted: &str) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for item in &source.syntax.items {
        if let syn::Item::Enum(item) = item
            && item.ident == wanted
        {
            let variants = item.variants.iter().map(|it| (it.ident.to_string(), it.ident.span()));
            found.extend(variants);
        }
    }
    found
}

/// `WithdrawOrder` as the name of a file.
fn snake(variant: &str) -> String {
    let mut name = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

impl Shelf {
    fn folder(self) -> &'static str {
        match self {
            Self::Rule => "crates/governance/src",
            Self::Wire => "crates/server/src/api",
            Self::CommandLine => "crates/countersign/src",
            Self::Page => "crates/server/src/ui",
        }
    }

    /// The file of a verb on this shelf.
    fn file(self, verb: &Verb) -> PathBuf {
        let folder = Path::new(self.folder());
        folder.join(&verb.noun).join(&verb.name).with_extension("rs")
    }

    /// Whether it is there: as a file, or on a page that has several forms as one of their verbs.
    fn holds(self, verb: &Verb, tree: &Tree, sources: &[Source]) -> bool {
        let file = self.file(verb);
        if tree.files().any(|(path, _)| path == file) {
            return true;
        }
        let folder = Path::new(self.folder()).join(&verb.noun);
        let mut forms =
            sources.iter().filter(|it| self == Self::Page && it.path.starts_with(&folder));
        forms.any(|it| variants(it, "Verb").iter().any(|(variant, _)| *variant == verb.variant))
    }

    fn why(self) -> &'static str {
        match self {
            Self::Rule => "whoever looks for its rule looks there",
            Self::Wire => "what cannot be asked over HTTP can be asked from nowhere else either",
            Self::CommandLine => "what the API can do the command line can do",
            Self::Page => "the people who decide work on pages",
        }
    }
}

fn missing(verb: &Verb, shelf: Shelf) -> Complaint {
    let Verb { noun, name, variant, line } = verb;
    let file = shelf.file(verb);
    let or = match shelf {
        Shelf::Page => format!(", or `{variant}` to the enum `Verb` of that folder"),
        Shelf::Rule | Shelf::Wire | Shelf::CommandLine => String::new(),
    };
    let to_do = format!(
        "add {}{or}, or give the reason in xtask/src/tidy/shelf.rs; CONTRIBUTING.md has the steps",
        file.display()
    );
    let what = format!("the verb `{noun} {name}` is not on the shelf {}/{noun}", shelf.folder());
    Complaint::new(Path::new(VERBS), *line, &what, shelf.why(), &to_do)
}

fn needless(verb: &Verb, shelf: Shelf, why: &str) -> Complaint {
    let Verb { noun, name, line, .. } = verb;
    Complaint::new(
        Path::new(VERBS),
        *line,
        &format!("the verb `{noun} {name}` is on the shelf {}/{noun} now", shelf.folder()),
        &format!("the reason why it is not ({why}) misleads"),
        "strike it in xtask/src/tidy/shelf.rs",
    )
}

#[cfg(test)]
pub(super) fn count(sources: &[Source]) -> usize {
    verbs(sources).len()
}
