//! `countersign evidence verify`: checks a pack with nothing but its file and the key that the reader
//! brought. Opens no database and no connection.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_ledger::export::Verdict;
use countersign_ledger::pack::{Checked, Flaw, PACK_BYTES_MAX, Pack, verify};
use countersign_server::ask::evidence::MADE_BY;
use countersign_server::evidence::{page, within};

use crate::client::Format;
use crate::client::table::field;
use crate::exit::{Exit, Failure};
use crate::ledger::key;
use crate::output::{self, plain, wrap};

/// A page is at most as long as its pack, told twice.
const FILE_BYTES_MAX: u64 = 3 * PACK_BYTES_MAX as u64;

/// Check evidence about one case offline: every entry, its proof, the signature, every text, and the page
///
/// Exit code 0 says that it is whole, 1 that it is not (what is said), 2 that it could not be read. A key
/// that was published elsewhere (`--key`) is used instead of the one in the file.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign evidence verify EX-6-evidence.html --key .countersign/demo/ledger.vkey"
)]
pub(super) struct Verify {
    /// The evidence, as a page or as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's public key, as you got it from somewhere else
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// How to show the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Verify {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let key = self.key.as_deref().map(key::read).transpose()?;
        let text = read(&self.file)?;
        let malformed = |why: String| {
            Failure::malformed(format!("`{}` cannot be checked: {why}", self.file.display()))
        };
        let shown = within(&text);
        let pack = Pack::parse(shown.unwrap_or(&text).as_bytes());
        let pack = pack.map_err(|why| malformed(why.to_string()))?;
        let mut checked = verify(&pack, key.as_deref());
        if shown.is_some() && checked.verdict != Verdict::Unreadable {
            compare(&text, &pack, &mut checked);
        }
        let words = match self.format {
            Format::Table => words(&checked, &pack),
            Format::Json => output::json(&checked)?,
        };
        output::write(None, &words)?;
        Ok(match checked.verdict {
            Verdict::Whole => Exit::Done,
            Verdict::NotWhole => Exit::Findings,
            Verdict::Unreadable => Exit::Malformed,
        })
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read =
        File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| {
        Failure::malformed(format!(
            "the evidence `{}` cannot be read: {error}; give the file that was exported",
            path.display()
        ))
    })?;
    Ok(text)
}

/// What people read must be what the entries say: the page is made again and compared.
fn compare(text: &str, pack: &Pack, checked: &mut Checked) {
    if pack.made_by != MADE_BY {
        checked.cautions.push(format!(
            "the page was made by {} and cannot be compared by {MADE_BY}: believe the entries, not \
             the page",
            pack.made_by
        ));
    } else if page(pack) != text {
        checked.flaws.push(Flaw {
            position: None,
            what: "the page says something else than its entries: it was changed".to_owned(),
        });
        checked.verdict = Verdict::NotWhole;
    }
}

fn words(checked: &Checked, pack: &Pack) -> String {
    let verdict = match checked.verdict {
        Verdict::Whole => "whole",
        Verdict::NotWhole => "NOT WHOLE",
        Verdict::Unreadable => "cannot be checked",
    };
    let mut text = format!("{}: {verdict}\n", plain(&checked.about));
    for flaw in &checked.flaws {
        let place = flaw.position.map(|it| format!("entry {it}: ")).unwrap_or_default();
        text.push_str(&wrap(&plain(&format!("{place}{}", flaw.what)), "  "));
        text.push('\n');
    }
    let times = checked.first_at.as_deref().zip(checked.last_at.as_deref());
    let times = times.map(|(first, last)| format!(", from {first} to {last}")).unwrap_or_default();
    text.push_str(&field("entries", &plain(&format!("{}{times}", checked.entries))));
    text.push_str(&field(
        "texts",
        &format!("{} as signed, {} erased or left out", checked.texts, checked.texts_absent),
    ));
    text.push_str(&field("all of", &plain(&checked.whole.join(", "))));
    if let Some(it) = &checked.checkpoint {
        let ledger = format!("{}, the first {} entries", it.origin, it.size);
        text.push_str(&field("ledger", &plain(&ledger)));
    }
    if let Some(key) = &checked.key {
        let whose = if checked.key_pinned { "which you brought" } else { "which came along" };
        text.push_str(&field("key", &plain(&format!("{key}, {whose}"))));
    }
    text.push_str(&field("made", &plain(&format!("{} by {}", pack.made_at, pack.made_by))));
    for caution in &checked.cautions {
        text.push_str(&wrap(&plain(&format!("note: {caution}")), ""));
        text.push('\n');
    }
    text
}
