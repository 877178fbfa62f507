//! Names that our own items carry, and imports that hide where a name comes from. Names of other
//! people's items, strings and comments are not looked at.

use std::path::Path;

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::complaint::Complaint;
use super::source::Source;

/// A word of a name, and the word that the project uses instead.
const WORDS: [(&str, &str); 8] = [
    ("violation", "toxic combination or finding"),
    ("violations", "toxic combinations or findings"),
    ("waiver", "exception"),
    ("waivers", "exceptions"),
    ("helper", "what it does"),
    ("helpers", "what they do"),
    ("util", "what it does"),
    ("utils", "what they do"),
];

/// A whole name, and what the project says instead.
const NAMES: [(&str, &str); 7] = [
    ("User", "Identity, Person or Account"),
    ("UserId", "IdentityId, PersonId or AccountId"),
    ("user_id", "identity, person or account"),
    ("Task", "the noun of the case"),
    ("TaskId", "the noun of the case"),
    ("task_id", "the noun of the case"),
    ("Manager", "what it does"),
];

/// Reads other systems, some of which have users and tasks.
const FOREIGN: &str = "crates/connect";

/// Reads the names of all items, fields and variants, and all imports.
pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in sources {
        let mut names = Names { source, complaints: Vec::new() };
        names.visit_file(&source.syntax);
        complaints.extend(names.complaints);
    }
    complaints
}

struct Names<'a> {
    source: &'a Source,
    complaints: Vec<Complaint>,
}

impl Names<'_> {
    fn look_at(&mut self, name: &Ident) {
        let spelled = name.to_string();
        let foreign = self.source.package == Path::new(FOREIGN);
        let whole = NAMES.iter().find(|(refused, _)| !foreign && *refused == spelled);
        let words = words(&spelled);
        let part = WORDS.iter().find(|(refused, _)| words.iter().any(|word| word == refused));
        if let Some((refused, instead)) = whole.or(part) {
            self.complaints.push(Complaint::new(
                &self.source.path,
                name.span().start().line,
                &format!("`{spelled}` contains the word `{refused}`"),
                "the project has one word for each thing",
                &format!("say {instead}"),
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_use_glob(&mut self, glob: &'ast syn::UseGlob) {
        self.complaints.push(Complaint::new(
            &self.source.path,
            glob.span().start().line,
            "an import of everything (`::*`)",
            "nobody can see where a name comes from",
            "name what is used",
        ));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.look_at(&item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.look_at(&item.sig.ident);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.look_at(&item.sig.ident);
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.look_at(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.look_at(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_variant(&mut self, item: &'ast syn::Variant) {
        self.look_at(&item.ident);
        visit::visit_variant(self, item);
    }

    fn visit_field(&mut self, item: &'ast syn::Field) {
        if let Some(name) = &item.ident {
            self.look_at(name);
        }
        visit::visit_field(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.look_at(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.look_at(&item.ident);
        visit::visit_item_type(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.look_at(&item.ident);
        visit::visit_item_const(self, item);
    }
}

/// The words of `snake_case`, `CamelCase` and `SCREAMING_CASE`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let starts = letter == '_' || (letter.is_uppercase() && after_small);
        if starts {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| letter != '_') {
            last.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
    }
    words
}
