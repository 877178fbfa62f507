//! `--data`, `--database` and what else names one instance: where its database and its ledger's key
//! are, which systems and rules it has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use countersign_policy::folder::Folder;
use countersign_server::act::Door;
use countersign_server::clock::{Chance, Clock};
use countersign_server::config::Config;
use countersign_server::start;

use crate::exit::Failure;
use crate::folder;
use crate::rules::RuleFlags;

/// The database of an embedded instance, in its folder.
const DATABASE: &str = "countersign.db";

/// Largest configuration file, in bytes.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Which instance.
#[derive(Debug, Clone, Args)]
pub(crate) struct Instance {
    /// Folder of the instance: its database, the ledger's key, checkpoints
    #[arg(long, value_name = "DIR", default_value = ".countersign")]
    pub(crate) data: PathBuf,
    /// Database, where it is not the one in the folder: `postgres://...` or a file
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The policy folder to decide by; without it the built-in policy
    #[arg(long, value_name = "DIR", conflicts_with = "no_builtin")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    rules: RuleFlags,
}

impl Instance {
    /// An embedded instance in this folder, with the built-in policy.
    pub(crate) fn embedded(data: &Path) -> Self {
        Self { data: data.to_owned(), database: None, policy: None, rules: RuleFlags::default() }
    }

    /// The same, deciding by this folder where one is given.
    pub(crate) fn with_policy(self, folder: Option<&Path>) -> Self {
        Self { policy: folder.map(Path::to_owned), ..self }
    }

    /// Where its database is.
    pub(crate) fn database(&self) -> String {
        let embedded = || format!("sqlite:{}", self.data.join(DATABASE).display());
        self.database.clone().unwrap_or_else(embedded)
    }

    /// The policy that it decides by, with the rules that are given beside it.
    ///
    /// # Errors
    /// When something of it cannot be read or does not hold together.
    pub(crate) fn policy(&self) -> Result<Folder, Failure> {
        let (folder, own) = match &self.policy {
            None => (Folder::builtin(), Vec::new()),
            Some(folder) => {
                let texts = folder::texts(folder)?;
                (folder::load(folder, &texts)?, folder::packs(texts))
            }
        };
        if self.rules.adds_none() {
            return Ok(folder);
        }
        Ok(folder.judging_by(self.rules.load_with(own)?))
    }

    /// Opens its door without starting anything.
    ///
    /// # Errors
    /// When the database or the rules cannot be opened.
    pub(crate) async fn door(&self) -> Result<Door, Failure> {
        std::fs::create_dir_all(&self.data).map_err(|error| {
            let data = self.data.display();
            Failure::fault(format!("could not make `{data}`: {error}; give another `--data`"))
        })?;
        let policy = self.policy()?;
        start::open(&self.database(), policy, Clock::real(), Chance::real())
            .await
            .map_err(|error| Failure::fault(error.to_string()))
    }
}

/// Reads a configuration file; without one there are no systems.
///
/// # Errors
/// When it cannot be read, or is not of its form.
pub(crate) fn config(path: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = text_of(path)?;
    Config::parse(&text)
        .map_err(|error| Failure::malformed(format!("`{}`: {error}", path.display())))
}

/// The text of a file that a person wrote.
///
/// # Errors
/// When it cannot be read, is too large or not UTF-8.
pub(crate) fn text_of(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Failure::malformed(format!("could not read `{shown}`: {error}; check the path"))
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > CONFIG_BYTES_MAX {
        return Err(Failure::malformed(format!(
            "`{shown}` is no regular file of at most {CONFIG_BYTES_MAX} bytes: give another"
        )));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// Runs something that waits for databases and systems.
///
/// # Errors
/// When the system gives no threads, or what the work itself says.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::fault(format!("the system gave no resources: {error}; try again"))
    })?;
    let done = runtime.block_on(work);
    // What still computes for nobody, as a graph that was being built when the server was told to stop, is
    // seen by nobody and is left to the end of the process.
    runtime.shutdown_timeout(LEFT_OVER_MAX);
    done
}

/// Longest wait for what still computes at the end.
const LEFT_OVER_MAX: Duration = Duration::from_millis(100);
