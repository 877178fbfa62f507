//! The Rust files of the product and of the chores, parsed, with everything that is only there
//! for tests taken out. Files under `tests/`, `benches/` and `examples/` are not among them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

use super::tree::Tree;

/// One file that ends up in a program of ours.
pub(super) struct Source {
    /// Relative to the root of the project.
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// Folder of the package: `crates/access`, `xtask`.
    pub(super) package: PathBuf,
    /// Names of the modules from the crate's root down to this file; empty for the root itself.
    pub(super) module: Vec<String>,
    /// The syntax without test modules, test functions and their imports.
    pub(super) syntax: syn::File,
    /// Lines before the first test module.
    pub(super) production_lines: usize,
}

impl Source {
    /// Parses every production file of `tree`.
    ///
    /// # Errors
    /// When a file is not Rust.
    pub(super) fn of(tree: &Tree) -> Result<Vec<Self>, String> {
        let mut sources = Vec::new();
        let mut test_modules = BTreeSet::new();
        for (path, text) in tree.texts() {
            if let Some((package, module)) = located(path) {
                let source = Self::parse(path, text, package, module, &mut test_modules)?;
                sources.push(source);
            }
        }
        sources.retain(|source| {
            let mut parents = (1..=source.module.len()).filter_map(|end| source.module.get(..end));
            !parents.any(|parent| test_modules.contains(&(source.package.clone(), parent.to_vec())))
        });
        Ok(sources)
    }

    fn parse(
        path: &Path,
        text: &str,
        package: PathBuf,
        module: Vec<String>,
        test_modules: &mut BTreeSet<(PathBuf, Vec<String>)>,
    ) -> Result<Self, String> {
        let mut syntax = syn::parse_file(text).map_err(|cause| {
            format!("{}:{}: not Rust: {cause}", path.display(), cause.span().start().line)
        })?;
        let mut production_lines = text.lines().count();
        for item in &syntax.items {
            let syn::Item::Mod(item) = item else { continue };
            if !is_for_tests(&item.attrs) {
                continue;
            }
            if item.content.is_some() {
                production_lines = production_lines.min(item.span().start().line - 1);
            } else {
                let own = module.iter().cloned().chain([item.ident.to_string()]).collect();
                test_modules.insert((package.clone(), own));
            }
        }
        WithoutTests.visit_file_mut(&mut syntax);
        let (path, text) = (path.to_path_buf(), text.to_owned());
        Ok(Self { path, text, package, module, syntax, production_lines })
    }
}

/// True for `#[cfg(test)]`, `#[test]` and their relatives.
pub(super) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        if path.is_ident("cfg") {
            let syn::Meta::List(list) = &attribute.meta else { return false };
            let condition = list.tokens.to_string();
            return condition == "test" || condition.starts_with("all (test");
        }
        path.segments.last().is_some_and(|segment| segment.ident == "test")
    })
}

/// Package folder and module names of a production file; nothing for any other file.
fn located(path: &Path) -> Option<(PathBuf, Vec<String>)> {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let (package, inside) = match parts.as_slice() {
        ["crates", package, "src", inside @ ..] => (Path::new("crates").join(package), inside),
        ["xtask", "src", inside @ ..] => (PathBuf::from("xtask"), inside),
        _ => return None,
    };
    let (file, folders) = inside.split_last()?;
    let stem = file.strip_suffix(".rs")?;
    let mut module: Vec<String> = folders.iter().map(|&folder| folder.to_owned()).collect();
    let is_crate_root = module.is_empty() && (stem == "lib" || stem == "main");
    if !is_crate_root && stem != "mod" {
        module.push(stem.to_owned());
    }
    Some((package, module))
}

struct WithoutTests;

impl VisitMut for WithoutTests {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| !is_for_tests(attributes(item)));
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut item.content {
            items.retain(|item| !is_for_tests(attributes(item)));
        }
        visit_mut::visit_item_mod_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        item.items.retain(|item| match item {
            syn::ImplItem::Fn(function) => !is_for_tests(&function.attrs),
            _ => true,
        });
        visit_mut::visit_item_impl_mut(self, item);
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
