//! The command line: which commands there are. Each has its own file with its flags; here they are
//! only named and called.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::output;

/// No risky access without an owner, no exception without an end, no fix without proof
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done, 1 refused or findings, 2 malformed, 3 fault"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find toxic combinations in files: no server, no set-up
    Scan(crate::scan::Scan),
    /// Ask who can reach what
    Graph(crate::graph::Graph),
    Finding(crate::finding::Finding),
    Exception(Box<crate::exception::Exception>),
    Review(Box<crate::review::Review>),
    Open(crate::open::Open),
    Person(crate::person::Person),
    Process(crate::process::Process),
    System(crate::system::System),
    Accountability(crate::accountability::Accountability),
    Run(crate::run::Run),
    Evidence(crate::evidence::Evidence),
    Ledger(crate::ledger::Ledger),
    Sandbox(crate::sandbox::Sandbox),
    Demo(crate::demo::Demo),
    Serve(crate::serve::Serve),
    Init(crate::init::Init),
    SignIn(crate::sign_in::SignIn),
    Token(crate::token::Token),
    Policy(crate::policy::Policy),
    Reference(crate::reference::Reference),
    /// Print the completions of a shell
    #[command(
        after_help = "Example: countersign completions bash > /etc/bash_completion.d/countersign"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// Reads the command line and does what it says. Usage errors exit with 2.
pub(crate) fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Scan(scan) => scan.run().into(),
        Command::Graph(graph) => graph.run().into(),
        Command::Finding(finding) => finding.run().into(),
        Command::Exception(exception) => exception.run().into(),
        Command::Review(review) => review.run().into(),
        Command::Open(open) => open.run().into(),
        Command::Person(person) => person.run().into(),
        Command::Process(process) => process.run().into(),
        Command::System(system) => system.run().into(),
        Command::Accountability(accountability) => accountability.run().into(),
        Command::Run(run) => run.run().into(),
        Command::Evidence(evidence) => evidence.run().into(),
        Command::Ledger(ledger) => ledger.run().into(),
        Command::Sandbox(sandbox) => sandbox.run().into(),
        Command::Demo(demo) => demo.run().into(),
        Command::Serve(serve) => serve.run().into(),
        Command::Init(init) => init.run().into(),
        Command::SignIn(sign_in) => sign_in.run().into(),
        Command::Token(token) => token.run().into(),
        Command::Policy(policy) => policy.run().into(),
        Command::Reference(reference) => reference.run(Cli::command()).into(),
        Command::Completions { shell } => completions(shell).into(),
    }
}

fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "countersign", &mut script);
    output::finish(output::write(None, &String::from_utf8_lossy(&script)).map(|()| Exit::Done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_every_flag_has_words_in_the_reference() {
        assert_eq!(
            crate::reference::has_words_for_all(Cli::command()).map_err(|it| it.words),
            Ok(())
        );
    }
}
