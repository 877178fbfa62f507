//! `countersign policy matrix`

use clap::Args;
use countersign_policy::matrix;

use crate::exit::{Exit, Failure};
use crate::folder::Of;
use crate::output;

/// Print which seat may do what in which tier
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy matrix policies")]
pub(super) struct Matrix {
    #[command(flatten)]
    of: Of,
}

impl Matrix {
    pub(super) fn run(self) -> Exit {
        output::finish(self.matrix())
    }

    fn matrix(&self) -> Result<Exit, Failure> {
        let text = matrix::text(&self.of.load()?);
        output::write(None, &output::plain(&text)).map(|()| Exit::Done)
    }
}
