//! `countersign policy test`

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::folder::Of;
use crate::output;

/// Run the tests beside the files of a policy folder, and name what no test speaks of
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy test policies")]
pub(super) struct Test {
    #[command(flatten)]
    of: Of,
}

impl Test {
    pub(super) fn run(self) -> Exit {
        output::finish(self.test())
    }

    fn test(&self) -> Result<Exit, Failure> {
        let texts = self.of.texts()?;
        let report = self.of.of_texts(&texts)?.test(&texts).map_err(|bad| {
            let words: Vec<String> = bad.iter().map(ToString::to_string).collect();
            Failure::malformed(format!("these tests cannot be used\n{}", words.join("\n")))
        })?;
        let failures = report.failures.iter().map(|it| format!("failed   {it}\n"));
        let untested = report.untested.iter().map(|it| format!("untested {it}\n"));
        let mut words: String = failures.chain(untested).collect();
        words.push_str(&format!(
            "{} answers compared, {} other than expected, {} untested\n",
            report.cases,
            report.failures.len(),
            report.untested.len()
        ));
        output::write(None, &output::plain(&words))?;
        Ok(if report.is_good() { Exit::Done } else { Exit::Findings })
    }
}
