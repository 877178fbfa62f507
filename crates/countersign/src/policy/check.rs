//! `countersign policy check`

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::folder::Of;
use crate::output;

/// Say whether a policy folder holds together, and everything that is wrong with it
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy check policies")]
pub(super) struct Check {
    #[command(flatten)]
    of: Of,
}

impl Check {
    pub(super) fn run(self) -> Exit {
        output::finish(self.check())
    }

    fn check(&self) -> Result<Exit, Failure> {
        let folder = self.of.load()?;
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
