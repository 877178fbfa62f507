//! Functions and files that are too long to be read in one go. Tests are not measured.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::complaint::Complaint;
use super::source::Source;

const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 400;

/// Measures every production file and every function in it.
pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in sources {
        if source.production_lines > FILE_LINES {
            complaints.push(Complaint::new(
                &source.path,
                FILE_LINES + 1,
                &format!("{} lines before the tests", source.production_lines),
                &format!("a file of more than {FILE_LINES} lines has more than one purpose"),
                "split it by purpose",
            ));
        }
        let mut functions = Functions { source, complaints: Vec::new() };
        functions.visit_file(&source.syntax);
        complaints.extend(functions.complaints);
    }
    complaints
}

struct Functions<'a> {
    source: &'a Source,
    complaints: Vec<Complaint>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = signature.span().start().line;
        let lines = block.brace_token.span.close().end().line + 1 - first;
        if lines > FUNCTION_LINES {
            self.complaints.push(Complaint::new(
                &self.source.path,
                first,
                &format!("function `{}` has {lines} lines", signature.ident),
                &format!("more than {FUNCTION_LINES} do not fit on a screen"),
                "take a step of it out and name it",
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
