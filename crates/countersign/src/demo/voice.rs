//! How the story sounds: headings, chains and marks, in colour where the terminal has it and as plain
//! lines everywhere else. No cursor is moved.

use std::net::SocketAddr;
use std::path::Path;

use countersign_access::edge::EdgeKind;
use countersign_access::finding::Step;
use owo_colors::OwoColorize;

use crate::exit::Failure;
use crate::output;
use crate::serve::LISTEN;

/// Says one line.
pub(super) fn say(line: &str) -> Result<(), Failure> {
    output::write(None, &format!("{line}\n"))
}

/// The first lines, before anything is done.
pub(super) fn greet(data: &Path) -> Result<(), Failure> {
    say(&format!("{}", "Countersign".bold()))?;
    say("No risky access without an owner, no exception without an end, no fix without proof.")?;
    say("")?;
    say("Duinvoort, an invented hospital group: 600 identities, 5 systems, people in every seat.")?;
    say(&format!("{}", format!("Everything is kept in {}", data.display()).dimmed()))
}

/// A station of the loop.
pub(super) fn station(name: &str, what: &str) -> Result<(), Failure> {
    say("")?;
    say(&format!("{} {}", format!("{name:<8}").bold().cyan(), what.bold()))
}

/// A line under a station.
pub(super) fn line(words: &str) -> Result<(), Failure> {
    say(&format!("         {words}"))
}

/// Something that went as it should.
pub(super) fn good(words: &str) -> Result<(), Failure> {
    line(&format!("{} {words}", "✓".green().bold()))
}

/// Something that was refused, or is still so.
pub(super) fn bad(words: &str) -> Result<(), Failure> {
    line(&format!("{} {words}", "✗".red().bold()))
}

/// A quiet addition.
pub(super) fn aside(words: &str) -> Result<(), Failure> {
    line(&format!("{}", words.dimmed()))
}

/// A path, one step a line.
pub(super) fn chain(path: &[Step]) -> Result<(), Failure> {
    for (at, step) in path.iter().enumerate() {
        let edge = step.edge.map(in_words).unwrap_or_default();
        let indent = "   ".repeat(at);
        let name = step.node.name.as_str();
        let words = if at == 0 {
            format!(
                "{} {}",
                name.bold(),
                format!("({})", step.node.kind.as_str().replace('_', " ")).dimmed()
            )
        } else {
            format!("{indent}└─ {} {}", format!("{edge} →").dimmed(), name.bold())
        };
        line(&words)?;
    }
    Ok(())
}

/// An edge as it is walked: an account's is walked from the identity to the account.
fn in_words(edge: EdgeKind) -> String {
    match edge {
        EdgeKind::IsAccountOf => "has account".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}

/// What an earlier demo left is not told again.
pub(super) fn told_before(data: &Path) -> Result<(), Failure> {
    say("")?;
    say("The story was told here before, and its server goes on with what it left.")?;
    say(&format!(
        "Tell it again from the beginning: countersign demo --fresh --data {}",
        data.display()
    ))
}

/// What to type next.
pub(super) fn what_next(address: SocketAddr, data: &Path, finding: &str) -> Result<(), Failure> {
    let server = if address.to_string() == LISTEN {
        String::new()
    } else {
        format!("export COUNTERSIGN_SERVER=http://{address}")
    };
    say("")?;
    say(&format!("{} http://{address} {}", "Running at".bold(), "(Ctrl-C ends it)".dimmed()))?;
    say("In another terminal, where `countersign` is this program (target/release/countersign):")?;
    say("")?;
    if !server.is_empty() {
        say(&format!("  {server}"))?;
    }
    let data = data.display();
    say(&format!(
        "  export COUNTERSIGN_TOKEN=$(cat {data}/tokens/marieke-groeneveld)   # a business owner"
    ))?;
    say("  countersign finding list")?;
    say(&format!("  countersign finding show {finding}"))?;
    say(&format!("  countersign finding history {finding}"))?;
    say(&format!(
        "  countersign ledger export --data {data} --out ledger-export && countersign ledger verify ledger-export"
    ))?;
    say("")?;
    say(&format!("{}", format!("One token for each person lies in {data}/tokens.").dimmed()))
}

/// Somebody in a seat, and what they owe.
pub(super) fn person(name: &str, seats: &str, owes: &str) -> Result<(), Failure> {
    say(&format!("  {} {}: {owes}", name.bold(), format!("({seats})").dimmed()))
}
