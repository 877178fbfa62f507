//! `countersign sandbox`: a small real system to try things on. It is a plugin process that keeps
//! accounts, groups, roles and grants in a file of its own, so that an order changes something
//! outside this program and a verification reads it back. Knows nothing of findings or decisions.

mod answer;
mod broken;
mod change;
mod faults;
mod file;
mod hand;
mod init;
mod serve;
mod state;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use countersign_connect::plugin::wire::Role;

use crate::exit::{Exit, Failure};
use crate::output;
use broken::Broken;
use faults::Faults;
use file::StateFile;

/// A small system in a file, to try things on
///
/// Without a subcommand it speaks the plugin protocol on standard input and output.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example: countersign sandbox init --organisation examples/sample-organisation --file hospital.json"
)]
pub(crate) struct Sandbox {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// File that holds the system
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Name of the system in the file
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// Under which credential to work: `read` observes and verifies, `write` enforces
    #[arg(long = "as", value_enum, default_value_t = As::Read, value_name = "ROLE")]
    role: As,
    #[command(flatten)]
    faults: Faults,
}

/// What can be done by hand.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Make the file from an organisation in the CSV form
    #[command(
        after_help = "Example: countersign sandbox init --organisation examples/sample-organisation --file hospital.json"
    )]
    Init(init::Init),
    /// Take a membership or grant away
    #[command(
        after_help = "Example: countersign sandbox remove --file hospital.json --system erp --edge sandbox/erp/account/svc-vendor-sync,member_of,sandbox/erp/group/month-end-cover"
    )]
    Remove(hand::EdgeByHand),
    /// Give a membership or grant
    #[command(
        after_help = "Example: countersign sandbox add --file hospital.json --system erp --edge sandbox/erp/account/svc-vendor-sync,member_of,sandbox/erp/group/month-end-cover"
    )]
    Add(hand::EdgeByHand),
    /// Keep an account from signing in
    #[command(
        after_help = "Example: countersign sandbox disable --file hospital.json --system erp --account sandbox/erp/account/svc-vendor-sync"
    )]
    Disable(hand::AccountByHand),
    /// Let an account sign in again
    #[command(
        after_help = "Example: countersign sandbox enable --file hospital.json --system erp --account sandbox/erp/account/svc-vendor-sync"
    )]
    Enable(hand::AccountByHand),
}

/// One system in a file.
#[derive(Debug, Args)]
struct Target {
    /// File that holds the system
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Name of the system in the file
    #[arg(long, value_name = "NAME")]
    system: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum As {
    Read,
    Write,
}

impl From<As> for Role {
    fn from(role: As) -> Self {
        match role {
            As::Read => Self::Read,
            As::Write => Self::Write,
        }
    }
}

impl Target {
    fn open(self) -> (StateFile, String) {
        (StateFile::new(self.file), self.system)
    }
}

/// Makes a file with all systems of an organisation in the CSV form.
///
/// # Errors
/// When the organisation cannot be read or the file cannot be written.
pub(crate) fn make(organisation: &Path, file: &Path) -> Result<(), Failure> {
    init::Init::whole(organisation, file).run().map(|_| ()).map_err(Failure::from)
}

/// What an administrator does in a system beside us: an edge `SOURCE,KIND,TARGET`, or an account's id.
#[derive(Debug)]
pub(crate) enum Hand<'a> {
    /// Add an edge.
    Add(&'a str),
    /// Take an edge away.
    Remove(&'a str),
    /// Let an account sign in again.
    Enable(&'a str),
    /// Keep an account from signing in.
    Disable(&'a str),
}

/// Changes a system in a file by hand.
///
/// # Errors
/// When the file or what is to change is not there.
pub(crate) fn by_hand(file: &Path, system: &str, hand: &Hand<'_>) -> Result<(), Failure> {
    let target = || Target { file: file.to_owned(), system: system.to_owned() };
    let said = match *hand {
        Hand::Add(edge) => hand::EdgeByHand::new(target(), edge).add(),
        Hand::Remove(edge) => hand::EdgeByHand::new(target(), edge).remove(),
        Hand::Enable(account) => hand::AccountByHand::new(target(), account).enable(),
        Hand::Disable(account) => hand::AccountByHand::new(target(), account).disable(),
    };
    said.map(|_| ()).map_err(Failure::from)
}

impl Sandbox {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        let said = self.dispatch().map_err(Failure::from);
        let line = |said: Option<String>| said.map(|it| it + "\n").unwrap_or_default();
        let written = said.and_then(|said| output::write(None, &line(said)));
        output::finish(written.map(|()| Exit::Done))
    }

    /// What is to be printed at the end, if anything.
    fn dispatch(self) -> Result<Option<String>, Broken> {
        match self.verb {
            Some(Verb::Init(init)) => init.run().map(Some),
            Some(Verb::Remove(edge)) => edge.remove().map(Some),
            Some(Verb::Add(edge)) => edge.add().map(Some),
            Some(Verb::Disable(account)) => account.disable().map(Some),
            Some(Verb::Enable(account)) => account.enable().map(Some),
            None => {
                let (Some(file), Some(system)) = (self.file, self.system) else {
                    return Err(Broken::Malformed(
                        "give `--file` and `--system`, or a subcommand: `countersign sandbox --help` lists them"
                            .to_owned(),
                    ));
                };
                let (file, role) = (StateFile::new(file), self.role.into());
                serve::serve(&serve::Process { file, system, role, faults: self.faults })?;
                Ok(None)
            }
        }
    }
}
