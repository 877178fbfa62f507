//! `countersign ledger export`: finds database and public key, has the export written, and says what
//! is in it. Works while a server runs on the same database; never makes a database.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_server::export::{Exported, NotExported, write};
use countersign_store::{Fault, Kind, Store};

use super::key;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output;

/// The database of an embedded instance, in its folder.
const DATABASE: &str = "countersign.db";

/// The ledger's public key, in the same folder.
const VKEY: &str = "ledger.vkey";

/// Write the ledger to a folder that can be verified without us
///
/// Takes everything that the latest signed checkpoint covers. The server may go on running. The
/// folder holds texts too, reasons and evidence: give it to nobody who may not read them.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger export --data countersign-data --out ledger-export"
)]
pub(super) struct Export {
    /// Folder to write, new or empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of an instance, with `countersign.db` and `ledger.vkey`
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    data: Option<PathBuf>,
    /// Database, where it is not in the folder of the instance
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// File with the ledger's public key, where it is not in the folder of the instance
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let key = self.key()?;
        let database = self.database()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::fault(format!("the system gave no resources: {error}; try again"))
        })?;
        let exported = runtime.block_on(take(&database, &key, &self.out))?;
        let text = output::plain(&said(&exported, &self.out));
        output::write(None, &text).map(|()| Exit::Done)
    }

    fn key(&self) -> Result<String, Failure> {
        let beside = self.data.as_ref().map(|data| data.join(VKEY));
        match self.key.as_ref().or(beside.as_ref()) {
            Some(path) => key::read(path),
            None => Err(Failure::malformed(format!(
                "the ledger's public key is missing: give `--key FILE`, or `--data DIR` with the folder where the server keeps `{VKEY}`"
            ))),
        }
    }

    fn database(&self) -> Result<String, Failure> {
        let beside = self.data.as_ref().map(|data| data.join(DATABASE).display().to_string());
        let Some(database) = self.database.clone().or(beside) else {
            return Err(Failure::malformed("give `--data DIR` or `--database URL`"));
        };
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
    let exported = write(&store, key, out, clock::now()).await;
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
    let out = out.display();
    let mut said = format!(
        "exported {leaves} entries of the ledger `{}` and {texts} texts to `{out}`\n",
        checkpoint.origin
    );
    if *erased > 0 {
        said.push_str(&format!("{erased} texts were erased and are not in it\n"));
    }
    if *leaves != checkpoint.size {
        said.push_str(&format!(
            "the signed checkpoint covers {} entries: the database is damaged, and the check will say where\n",
            checkpoint.size
        ));
    }
    said.push_str(&format!("verify it with: countersign ledger verify {out}\n"));
    said
}
