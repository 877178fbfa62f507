//! `countersign ledger export`: finds database and public key, has the export written, and says what
//! is in it. Works while a server runs on the same database; never makes a database.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_server::export::{Exported, NotExported, write};
use countersign_store::{Fault, Kind, Store};
use jiff::Unit;

use super::key;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::instance::{self, Instance};
use crate::output;

/// The ledger's public key, in the folder of the instance.
const VKEY: &str = "ledger.vkey";

/// Write the ledger to a folder that can be verified without us
///
/// Takes everything that the latest signed checkpoint covers. The server may go on running. The
/// folder holds texts too, reasons and evidence: give it to nobody who may not read them.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger export --data .countersign/demo --out ledger-export"
)]
pub(super) struct Export {
    /// Folder to write, new or empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of the instance: its database and the ledger's public key
    #[arg(long, value_name = "DIR", default_value = ".countersign")]
    data: PathBuf,
    /// Database, where it is not the one in the folder: `postgres://...` or a file
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// File with the ledger's public key, where it is not in the folder of the instance
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let key = key::read(self.key.as_ref().unwrap_or(&self.data.join(VKEY)))?;
        let database = self.database()?;
        let exported = instance::block_on(take(&database, &key, &self.out))?;
        let text = output::plain(&said(&exported, &self.out));
        output::write(None, &text).map(|()| Exit::Done)
    }

    fn database(&self) -> Result<String, Failure> {
        let embedded = || Instance::embedded(&self.data).database();
        let database = self.database.clone().unwrap_or_else(embedded);
        // Opening a file that is not there would make an empty database.
        match file_of(&database) {
            Some(path) if !Path::new(path).is_file() => Err(Failure::malformed(format!(
                "there is no database `{path}`: give `--data` or `--database` of an instance that has run"
            ))),
            Some(_) | None => Ok(database),
        }
    }
}

/// The file that a database address names, if it names one.
fn file_of(database: &str) -> Option<&str> {
    match database.split_once(':') {
        Some(("sqlite", path)) => Some(path.strip_prefix("//").unwrap_or(path)),
        Some((_, rest)) if rest.starts_with("//") => None,
        Some(_) | None => Some(database),
    }
}

async fn take(database: &str, key: &str, out: &Path) -> Result<Exported, Failure> {
    let store = Store::open(database).await.map_err(|fault| of_store(&fault))?;
    let now = clock::now();
    let made_at = now.round(Unit::Second).unwrap_or(now);
    let exported = write(&store, key, out, made_at).await;
    store.close().await;
    exported.map_err(|refusal| match &refusal {
        NotExported::NoCheckpoint | NotExported::Checkpoint { .. } => {
            Failure { exit: Exit::Findings, words: refusal.to_string() }
        }
        NotExported::Store(fault) => of_store(fault),
        NotExported::Key(_) | NotExported::Folder(_) => Failure::malformed(refusal.to_string()),
    })
}

fn of_store(fault: &Fault) -> Failure {
    match fault.kind() {
        Kind::Malformed => Failure::malformed(fault.to_string()),
        Kind::Transient | Kind::Permanent | Kind::Conflict | Kind::Fenced => {
            Failure::fault(fault.to_string())
        }
    }
}

fn said(exported: &Exported, out: &Path) -> String {
    let Exported { checkpoint, leaves, texts, erased } = exported;
    let (out, origin) = (out.display(), &checkpoint.origin);
    let (entries, kept) = (counted(*leaves, "entry", "entries"), counted(*texts, "text", "texts"));
    let mut said = format!("exported {entries} of the ledger `{origin}` and {kept} to `{out}`\n");
    if *erased > 0 {
        let gone = counted(*erased, "text was", "texts were");
        said.push_str(&format!("{gone} erased and not exported\n"));
    }
    if *leaves != checkpoint.size {
        said.push_str(&format!(
            "the signed checkpoint covers {}: the database is damaged, and the check will say where\n",
            counted(checkpoint.size, "entry", "entries")
        ));
    }
    said.push_str(&format!("verify it with: countersign ledger verify {out}\n"));
    said
}

fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}
