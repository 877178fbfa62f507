//! A page of Markdown and what it is put together from. Knows nothing of what the pages say.

use std::fmt::Write as _;

use crate::exit::Failure;

/// A finished page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) file: &'static str,
    pub(super) text: String,
}

/// The other pages, for the way from each to all.
const PAGES: [(&str, &str); 5] = [
    ("cli.md", "command line"),
    ("api.md", "API"),
    ("refusals.md", "refusals"),
    ("events.md", "events"),
    ("rules.md", "rules"),
];

impl Page {
    /// A page with its title and the way to the others.
    pub(super) fn new(file: &'static str, title: &str) -> Self {
        let others: Vec<String> = PAGES
            .iter()
            .filter(|(other, _)| *other != file)
            .map(|(other, words)| format!("[{words}]({other})"))
            .collect();
        let others = others.join(", ");
        let text = format!(
            "# {title}\n\nWritten by `countersign reference` from the program itself: do not edit. \
             Beside it: {others}; words are in the [vocabulary](../concept/vocabulary.md).\n"
        );
        Self { file, text }
    }

    pub(super) fn heading(&mut self, level: usize, words: &str) {
        let marks = "#".repeat(level);
        let _infallible = writeln!(self.text, "\n{marks} {words}");
    }

    pub(super) fn paragraph(&mut self, words: &str) {
        let _infallible = writeln!(self.text, "\n{words}");
    }

    pub(super) fn table<const N: usize>(&mut self, heads: [&str; N], rows: &[[String; N]]) {
        let _infallible = writeln!(self.text, "\n| {} |", heads.join(" | "));
        let _infallible = writeln!(self.text, "|{}", "---|".repeat(N));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            let _infallible = writeln!(self.text, "| {} |", cells.join(" | "));
        }
    }

    pub(super) fn list(&mut self, items: &[String]) {
        if !items.is_empty() {
            self.paragraph(&format!("- {}", items.join("\n- ")));
        }
    }
}

/// Words of the code on one line. Nothing of the program goes without them: where there are none, there
/// is no page.
pub(super) fn sentence(about: &str, words: Option<&str>) -> Result<String, Failure> {
    let words = words.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    // What is a link in the documentation of the code leads nowhere here.
    let words = words.replace("[`", "`").replace("`]", "`");
    if words.is_empty() {
        let words = format!("the reference has no words for {about}: write a sentence above it");
        return Err(Failure::fault(words));
    }
    Ok(words)
}

/// As code.
pub(super) fn code(words: &str) -> String {
    format!("`{words}`")
}
