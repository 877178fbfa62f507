//! The budget of differences between SQLite and PostgreSQL in our own store. A difference is a method of
//! the driver that does not merely hand the same thing on to whichever database runs, or a statement that
//! is written twice. Nobody outside the driver asks which one runs. Whether migrations agree is a test of
//! the store.

use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use super::complaint::Complaint;
use super::source::Source;

/// Most differences. Each is a place that must be thought of twice for as long as it is there.
const DIFFERENCES_MAX: usize = 10;

const STORE: &str = "crates/store";
/// Where the two databases have their own files.
const DRIVER: &str = "driver";
/// The method by which a statement that is written twice is chosen.
const WRITTEN_TWICE: &str = "claims";
/// The two databases, as they are named in code.
const NAMES: [&str; 2] = ["sqlite", "postgres"];

/// A place where the two differ.
struct Difference<'a> {
    source: &'a Source,
    span: Span,
    what: String,
}

/// Counts the differences and looks for whoever else asks.
pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let store: Vec<&Source> =
        sources.iter().filter(|source| source.package == Path::new(STORE)).collect();
    let mut complaints: Vec<Complaint> =
        differences(&store).iter().skip(DIFFERENCES_MAX).map(too_many).collect();
    for source in store.into_iter().filter(|source| !is_driver(source)) {
        let mut asking = Vec::new();
        names(source.syntax.to_token_stream(), &mut asking);
        complaints.extend(asking.into_iter().map(|(name, span)| asked(source, &name, span)));
    }
    complaints
}

/// All of them, those of the driver first.
fn differences<'a>(store: &[&'a Source]) -> Vec<Difference<'a>> {
    let (driver, others): (Vec<&Source>, Vec<&Source>) =
        store.iter().partition(|source| is_driver(source));
    let mut all = Vec::new();
    for source in driver {
        let mut methods = Methods { source, found: Vec::new() };
        methods.visit_file(&source.syntax);
        all.extend(methods.found);
    }
    for source in others {
        let mut calls = Calls { source, found: Vec::new() };
        calls.visit_file(&source.syntax);
        all.extend(calls.found);
    }
    all
}

fn is_driver(source: &Source) -> bool {
    source.module.first().is_some_and(|module| module == DRIVER)
}

/// Methods that answer otherwise for one database than for the other.
struct Methods<'a> {
    source: &'a Source,
    found: Vec<Difference<'a>>,
}

impl<'ast> Visit<'ast> for Methods<'_> {
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let mut matches = Matches { differ: false };
        matches.visit_impl_item_fn(item);
        if matches.differ {
            let what = format!("method `{}` of the driver", item.sig.ident);
            self.found.push(Difference { source: self.source, span: item.sig.ident.span(), what });
        }
    }
}

struct Matches {
    differ: bool,
}

impl<'ast> Visit<'ast> for Matches {
    fn visit_expr_match(&mut self, item: &'ast syn::ExprMatch) {
        let arms: Vec<&syn::Arm> = item.arms.iter().filter(|arm| is_about_one(&arm.pat)).collect();
        let handed_on = |arm: &&syn::Arm| {
            let written = [arm.pat.to_token_stream(), arm.body.to_token_stream()];
            let may = binds(&arm.pat) && arm.guard.is_none();
            may.then(|| without_names(TokenStream::from_iter(written)))
        };
        let mut kinds: Vec<Option<String>> = arms.iter().map(handed_on).collect();
        kinds.dedup();
        let for_both = arms.len() == NAMES.len() && item.arms.len() == NAMES.len();
        let hands_on = for_both && matches!(kinds.as_slice(), [Some(_)]);
        self.differ |= !arms.is_empty() && !hands_on;
        visit::visit_expr_match(self, item);
    }

    fn visit_expr_let(&mut self, item: &'ast syn::ExprLet) {
        self.differ |= is_about_one(&item.pat);
        visit::visit_expr_let(self, item);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let mut found = Vec::new();
        names(item.tokens.clone(), &mut found);
        self.differ |= item.path.is_ident("matches") && !found.is_empty();
    }
}

/// Whether a pattern means one of the two databases.
fn is_about_one(pattern: &syn::Pat) -> bool {
    let mut found = Vec::new();
    names(pattern.to_token_stream(), &mut found);
    !found.is_empty()
}

/// Whether a pattern takes out what the database's own part is, to hand something on to it.
fn binds(pattern: &syn::Pat) -> bool {
    let syn::Pat::TupleStruct(pattern) = pattern else { return false };
    pattern.elems.iter().any(|part| matches!(part, syn::Pat::Ident(_)))
}

/// What is written, with the names of the two databases put aside.
fn without_names(tokens: TokenStream) -> String {
    let words = tokens.to_string().to_lowercase();
    NAMES.into_iter().fold(words, |words, name| words.replace(name, "database"))
}

/// Every name of a database among the tokens. Strings and comments are none.
fn names(tokens: TokenStream, found: &mut Vec<(String, Span)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                let lower = name.to_lowercase();
                let is_one = NAMES.iter().any(|it| lower.starts_with(it));
                if is_one || name.starts_with("Pg") {
                    found.push((name, ident.span()));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Calls that choose between two statements.
struct Calls<'a> {
    source: &'a Source,
    found: Vec<Difference<'a>>,
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_method_call(&mut self, item: &'ast syn::ExprMethodCall) {
        if item.method == WRITTEN_TWICE {
            let what = "a statement that is written twice".to_owned();
            self.found.push(Difference { source: self.source, span: item.method.span(), what });
        }
        visit::visit_expr_method_call(self, item);
    }
}

fn too_many(difference: &Difference) -> Complaint {
    Complaint::new(
        &difference.source.path,
        difference.span.start().line,
        &format!(
            "{} is one difference more than the {DIFFERENCES_MAX} there may be",
            difference.what
        ),
        "each place where SQLite and PostgreSQL differ is thought of, and tested, twice",
        "write it in what both understand, or take another difference away",
    )
}

fn asked(source: &Source, name: &str, span: Span) -> Complaint {
    Complaint::new(
        &source.path,
        span.start().line,
        &format!("`{name}` outside the driver"),
        "nobody else asks which database runs",
        "make what differs a method in crates/store/src/driver.rs",
    )
}

#[cfg(test)]
pub(super) fn count(sources: &[Source]) -> usize {
    let store: Vec<&Source> =
        sources.iter().filter(|source| source.package == Path::new(STORE)).collect();
    differences(&store).len()
}
