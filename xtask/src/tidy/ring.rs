//! Modules of one crate that use each other in a circle. rustc refuses rings between crates only;
//! this looks at the modules directly below a crate's root. Paths written inside strings (of
//! attributes, say) are not seen.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::complaint::Complaint;
use super::source::Source;

/// From a module to the modules it uses, each with the place where it does.
type Graph = BTreeMap<String, BTreeMap<String, (PathBuf, usize)>>;

/// Finds at most one ring for each group of modules that are tied together.
pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut packages: BTreeMap<&PathBuf, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        packages.entry(&source.package).or_default().push(source);
    }
    packages.values().flat_map(|sources| rings(&graph(sources))).collect()
}

fn rings(graph: &Graph) -> Vec<Complaint> {
    let mut seen: Vec<String> = Vec::new();
    let mut complaints = Vec::new();
    for start in graph.keys() {
        let Some(way) = way_back(graph, start) else { continue };
        if way.iter().any(|module| seen.contains(module)) {
            continue;
        }
        let steps: Vec<_> = way
            .iter()
            .zip(way.iter().cycle().skip(1))
            .filter_map(|(from, to)| graph.get(from)?.get(to))
            .collect();
        if let [(path, line), others @ ..] = steps.as_slice() {
            let back = others.iter().map(|(path, line)| format!("{}:{line}", path.display()));
            complaints.push(Complaint::new(
                path,
                *line,
                &format!("modules use each other in a ring: `{}` -> `{start}`", way.join("` -> `")),
                "a ring can be neither read nor tested in parts",
                &format!(
                    "move what both need into a module of its own; the way back is at {}",
                    back.collect::<Vec<_>>().join(", ")
                ),
            ));
        }
        seen.extend(way);
    }
    complaints
}

/// The shortest way from `start` through others back to it, without the last step.
fn way_back(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![start.to_owned()]]);
    let mut visited = Vec::new();
    while let Some(way) = ways.pop_front() {
        let used = way.last().and_then(|last| graph.get(last));
        for next in used.into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if !visited.contains(next) {
                visited.push(next.clone());
                ways.push_back(way.iter().cloned().chain([next.clone()]).collect());
            }
        }
    }
    None
}

fn graph(sources: &[&Source]) -> Graph {
    let exported = exported_by_root(sources);
    let mut graph = Graph::new();
    for source in sources {
        let Some(own) = source.module.first() else { continue };
        let mut uses = Uses { module: source.module.clone(), found: Vec::new() };
        uses.visit_file(&source.syntax);
        for (name, line) in uses.found {
            let is_module =
                sources.iter().any(|other| other.module.first().is_some_and(|top| *top == name));
            let used = if is_module { Some(name) } else { exported.get(&name).cloned() };
            if let Some(used) = used.filter(|used| used != own) {
                let place = (source.path.clone(), line);
                graph.entry(own.clone()).or_default().entry(used).or_insert(place);
            }
        }
    }
    graph
}

/// Names that the crate's root passes on (`pub use node::Node`) and the module behind each.
fn exported_by_root(sources: &[&Source]) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for root in sources.iter().filter(|source| source.module.is_empty()) {
        for item in &root.syntax.items {
            let syn::Item::Use(item) = item else { continue };
            for (path, _) in flattened(&item.tree) {
                let path: Vec<_> =
                    path.into_iter().skip_while(|part| part == "crate" || part == "self").collect();
                if let [module, .., name] = path.as_slice() {
                    exported.insert(name.clone(), module.clone());
                }
            }
        }
    }
    exported
}

/// Collects the first name below the crate's root of every path that starts there.
struct Uses {
    module: Vec<String>,
    found: Vec<(String, usize)>,
}

impl Uses {
    fn note(&mut self, path: &[String], line: usize) {
        let ups = path.iter().take_while(|part| *part == "super" || *part == "self");
        let depth = ups.clone().filter(|part| *part == "super").count();
        let name = match path.first().map(String::as_str) {
            Some("crate") => path.get(1),
            Some("super" | "self") if depth == self.module.len() => path.get(ups.count()),
            _ => None,
        };
        if let Some(name) = name {
            self.found.push((name.clone(), line));
        }
    }

    /// Macros are not parsed: their tokens are searched for `crate::name` and `super::name`.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    line = name.span().start().line;
                    path.push(name.to_string());
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => {}
                TokenTree::Group(group) => {
                    self.note(&std::mem::take(&mut path), line);
                    self.scan(group.stream());
                }
                _ => self.note(&std::mem::take(&mut path), line),
            }
        }
        self.note(&path, line);
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (path, line) in flattened(&item.tree) {
            self.note(&path, line);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |part| part.ident.span().start().line);
        self.note(&parts, line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.scan(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

/// Every path that a `use` names, in full.
fn flattened(tree: &syn::UseTree) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut waiting = vec![(Vec::new(), tree)];
    while let Some((mut path, tree)) = waiting.pop() {
        let (name, below) = match tree {
            syn::UseTree::Path(tree) => (&tree.ident, Some(&*tree.tree)),
            syn::UseTree::Name(tree) => (&tree.ident, None),
            syn::UseTree::Rename(tree) => (&tree.ident, None),
            syn::UseTree::Group(tree) => {
                waiting.extend(tree.items.iter().map(|tree| (path.clone(), tree)));
                continue;
            }
            syn::UseTree::Glob(_) => continue,
        };
        path.push(name.to_string());
        match below {
            Some(below) => waiting.push((path, below)),
            None => found.push((path, name.span().start().line)),
        }
    }
    found
}
