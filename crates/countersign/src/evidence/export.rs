//! `countersign evidence export`: asks a server for the pack of a case and writes it as a page that can
//! be read, printed and checked, or as JSON. What came is checked before it is written.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use countersign_ledger::export::Verdict;
use countersign_ledger::pack::{Pack, verify};
use countersign_server::evidence::page;
use serde_json::Value;

use crate::client::{Remote, input};
use crate::exit::{Exit, Failure};

/// Write what the ledger holds about a finding or an exception to one file
///
/// The file holds the entries with their proofs, and reasons and evidence in plain text: it is made
/// readable for you alone. `countersign evidence verify` checks it without a server.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign evidence export EX-6 --out ex-6.html --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Export {
    /// Reference of the finding or the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// File to write; it must not be there yet. Without it, the reference with `-evidence`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for people that programs can check too
    Html,
    /// For programs alone
    Json,
}

impl Export {
    pub(super) fn run(self) -> Exit {
        let Self { reference, out, format, remote } = self;
        crate::client::run(&remote, false, async move |client| {
            let sent: Value = client.get(&["evidence", &reference], &[]).await?;
            let bytes = serde_json::to_vec(&sent).unwrap_or_default();
            let pack = Pack::parse(&bytes).map_err(|why| Failure::fault(why.to_string()))?;
            let checked = verify(&pack, None);
            if checked.verdict != Verdict::Whole {
                let what = checked.flaws.first().map_or("", |it| it.what.as_str());
                let words = format!(
                    "what the server sent does not hold ({what}): export the whole ledger and \
                     verify it, and tell whoever runs the server"
                );
                return Err(Failure { exit: Exit::Findings, words }.into());
            }
            let (text, ending) = match format {
                Format::Html => (page(&pack), "html"),
                Format::Json => (crate::output::json(&pack)?, "json"),
            };
            let name = || PathBuf::from(format!("{}-evidence.{ending}", pack.about));
            let out = out.unwrap_or_else(name);
            write_new(&out, &text)?;
            Ok(format!(
                "`{}`: {} entries about {}, {} texts\ncheck it anywhere: countersign evidence verify {}\n",
                out.display(),
                checked.entries,
                checked.about,
                checked.texts,
                out.display()
            ))
        })
    }
}

/// Writes a file that only its owner may read and that was not there before.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Failure::malformed(format!(
            "`{}` cannot be written: {error}; give another file with `--out`",
            path.display()
        ))
    })
}
