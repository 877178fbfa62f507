//! `countersign reference`: the pages of docs/reference that are made from the program itself, so that
//! none says what the program does not do. Each page has its own file here; a sentence that stands
//! elsewhere in the code is read from there and written nowhere twice.

mod api;
mod cli;
mod events;
mod form;
mod page;
mod refusals;
mod rules;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::output;
use page::Page;

/// Where the pages stand in the project.
const FOLDER: &str = "docs/reference";

/// Write the reference pages from the program itself
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign reference --out handbook")]
pub(crate) struct Reference {
    /// Write nothing: say which pages are not what would be written, and exit with 1 if any
    #[arg(long)]
    check: bool,
    /// Folder of the pages
    #[arg(long, value_name = "DIR", default_value = FOLDER)]
    out: PathBuf,
}

impl Reference {
    /// Does what was asked, for this command line, and says how it ended.
    pub(crate) fn run(self, command: clap::Command) -> Exit {
        let done = pages(command).and_then(|pages| {
            if self.check { check(&pages, &self.out) } else { write(&pages, &self.out) }
        });
        output::finish(done)
    }
}

/// Whether there are words for all that the pages tell of, this command line included.
#[cfg(test)]
pub(crate) fn has_words_for_all(command: clap::Command) -> Result<(), Failure> {
    pages(command).map(drop)
}

/// Every page, whole.
fn pages(command: clap::Command) -> Result<Vec<Page>, Failure> {
    Ok(vec![cli::page(command)?, api::page()?, refusals::page(), events::page()?, rules::page()?])
}

fn write(pages: &[Page], folder: &Path) -> Result<Exit, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    for page in pages {
        let path = folder.join(page.file);
        std::fs::write(&path, &page.text).map_err(|error| not_written(&path, &error))?;
        output::write(None, &format!("{}\n", path.display()))?;
    }
    Ok(Exit::Done)
}

/// Names each page that is not the one that would be written.
fn check(pages: &[Page], folder: &Path) -> Result<Exit, Failure> {
    let mut stale = Vec::new();
    for page in pages {
        let path = folder.join(page.file);
        let is_there = match std::fs::read_to_string(&path) {
            Ok(text) => text == page.text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => {
                let path = path.display();
                let words = format!("could not read `{path}`: {error}; check `--out`");
                return Err(Failure::fault(words));
            }
        };
        if !is_there {
            stale.push(path.display().to_string());
        }
    }
    if stale.is_empty() {
        return Ok(Exit::Done);
    }
    let words = format!(
        "not what this program would write: {}; write it anew with `{}`",
        stale.join(", "),
        command_for(folder)
    );
    Err(Failure { exit: Exit::Findings, words })
}

/// What writes the pages into a folder; in a checkout the program is run by cargo.
fn command_for(folder: &Path) -> String {
    if folder == Path::new(FOLDER) {
        return "cargo run -- reference".to_owned();
    }
    format!("countersign reference --out {}", folder.display())
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    Failure::fault(format!("could not write `{}`: {error}; check `--out`", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    /// A command line with one command, which says what `words` does to it.
    fn with(words: fn(Command) -> Command) -> Command {
        Command::new("countersign").subcommand(words(Command::new("renew")))
    }

    #[test]
    fn what_has_no_words_makes_no_page_and_is_named() {
        let silent = cli::page(with(|it| it)).unwrap_err();
        assert!(silent.words.contains("no words for `countersign renew`"), "{silent}");
        let flag = |it: Command| {
            it.about("Renew it").arg(Arg::new("until").long("until").value_name("DATE"))
        };
        let silent = cli::page(with(flag)).unwrap_err();
        assert!(silent.words.contains("`--until <DATE>` of `countersign renew`"), "{silent}");
    }

    #[test]
    fn a_page_that_is_missing_or_changed_by_hand_is_named_with_the_command_that_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let pages = || pages(with(|it| it.about("Renew it"))).unwrap();
        assert_eq!(write(&pages(), folder.path()).unwrap(), Exit::Done);
        assert_eq!(check(&pages(), folder.path()).unwrap(), Exit::Done, "twice the same");
        std::fs::remove_file(folder.path().join("rules.md")).unwrap();
        std::fs::write(folder.path().join("cli.md"), "# Another\n").unwrap();
        let stale = check(&pages(), folder.path()).unwrap_err();
        assert_eq!(stale.exit, Exit::Findings);
        for said in ["cli.md", "rules.md", "countersign reference --out"] {
            assert!(stale.words.contains(said), "{stale}");
        }
        assert!(!stale.words.contains("api.md"), "{stale}");
    }
}
