//! `countersign policy check`

use std::path::PathBuf;

use clap::Args;
use countersign_policy::folder::Folder;
use countersign_policy::strength::locked_out;
use countersign_server::config::Config;

use crate::exit::{Exit, Failure};
use crate::folder::Of;
use crate::instance::config;
use crate::output;

/// Say whether a policy folder holds together, and everything that is wrong with it
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy check policies")]
pub(super) struct Check {
    #[command(flatten)]
    of: Of,
    /// Configuration of the server in which it would be in force: refuses a policy that asks for a
    /// stronger sign-in than anybody can have there
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Check {
    pub(super) fn run(self) -> Exit {
        output::finish(self.check())
    }

    fn check(&self) -> Result<Exit, Failure> {
        let folder = self.of.load()?;
        if let Some(path) = &self.config {
            must_be_open(&folder, &config(Some(path))?)?;
        }
        let rules: usize = folder.rules.packs.iter().map(|pack| pack.rules.len()).sum();
        let words = format!(
            "{}\ndigest {}\n{} tiers, {} policies, {rules} rules, {} rows of accountability\n",
            folder.version,
            folder.digest,
            folder.tiers.tiers.len(),
            folder.authorities.about.len(),
            folder.raci.rows.len(),
        );
        output::write(None, &words).map(|()| Exit::Done)
    }
}

/// Nothing in it may ask for a sign-in that is stronger than any can be there.
fn must_be_open(folder: &Folder, config: &Config) -> Result<(), Failure> {
    let found = locked_out(folder, config.strongest());
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(|it| format!("  {it}")).collect();
    let (lines, next) = (lines.join("\n"), config.to_be_stronger());
    Err(Failure::malformed(format!(
        "this policy locks everybody out, because no sign-in is strong enough there:\n{lines}\n{next}, or \
         whoever sits in the security seat asks for less in the policy"
    )))
}
