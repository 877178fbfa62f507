//! `countersign scan`: files in, findings out, without a server and without set-up. What is read
//! and judged stands elsewhere; here it is put together and shown.

mod chain;
mod place;
mod report;
mod sarif;
mod table;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::output;
use crate::rules::RuleFlags;
use report::Report;

pub(crate) use chain::draw;

/// Find toxic combinations in files: no server, no set-up
///
/// A path is a file or a folder: Kubernetes objects as YAML or JSON, or the CSV form (nodes.csv,
/// edges.csv). Several paths make one graph. Exit code 0 says that nothing was found, 1 that
/// something was, 2 that something could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign scan examples/sample-organisation --format json")]
pub(crate) struct Scan {
    /// Files and folders to read
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleFlags,
    /// How to show the findings
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Namespace of Kubernetes objects that name none
    #[arg(long, default_value = "default", value_name = "N")]
    default_namespace: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For programs (docs/reference/scan.schema.json)
    Json,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
}

impl Scan {
    /// Scans, shows, and says how it ended.
    pub(crate) fn run(self) -> Exit {
        output::finish(self.scan())
    }

    fn scan(&self) -> Result<Exit, Failure> {
        let rules = self.rules.load()?;
        let files = Files::read(&self.paths, &self.default_namespace);
        let exit = files.exit;
        let report = Report::new(files, rules.packs.clone());
        let text = match self.format {
            Format::Table => table::table(&report, &rules),
            Format::Json => output::json(&report)?,
            Format::Sarif => output::json(&sarif::log(&report, &rules.packs))?,
        };
        output::write(self.out.as_deref(), &text)?;
        let found = if report.findings.is_empty() { Exit::Done } else { Exit::Findings };
        Ok(exit.max(found))
    }
}
