//! The page of the command line, made of the very tree that parses it.

use std::collections::BTreeMap;

use clap::{Arg, Command};

use super::page::{Page, code, sentence};
use crate::exit::Failure;

/// A flag that at least this many commands have is explained once.
const SHARED_MIN: usize = 5;

/// What clap adds by itself.
const OF_CLAP: [&str; 2] = ["help", "version"];

/// Flags, as they are explained, with how many commands have them.
type Counted = BTreeMap<(String, String), usize>;

pub(super) fn page(mut command: Command) -> Result<Page, Failure> {
    command.build();
    let mut counted = Counted::new();
    count(&command, &mut counted)?;
    counted.retain(|_, times| *times >= SHARED_MIN);
    let mut page = Page::new("cli.md", "Command line");
    page.paragraph(&format!("{}.", after(&command)));
    page.heading(2, "Flags of many commands");
    page.paragraph("The usage of a command says `[OPTIONS]` for these and its own.");
    let shared: Vec<_> = counted.keys().map(|(flag, says)| [code(flag), says.clone()]).collect();
    page.table(["flag", "meaning"], &shared);
    for noun in shown(&command) {
        write(&mut page, noun, 2, &counted)?;
    }
    Ok(page)
}

fn write(page: &mut Page, of: &Command, level: usize, shared: &Counted) -> Result<(), Failure> {
    let name = of.get_bin_name().unwrap_or_else(|| of.get_name()).to_owned();
    page.heading(level, &name);
    page.paragraph(&format!("{}.", about(of)?));
    let verbs: Vec<&Command> = shown(of).collect();
    if verbs.is_empty() {
        let usage = of.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>();
        page.paragraph(&format!("```\n{}\n```", usage.join(" ")));
        let mut own = Vec::new();
        for arg in arguments(of) {
            let row = explained(&name, arg)?;
            if !shared.contains_key(&row) {
                own.push(format!("{}: {}", code(&row.0), row.1));
            }
        }
        page.list(&own);
        let example = after(of);
        if let Some(example) = example.strip_prefix("Example: ") {
            page.paragraph(&format!("Example: {}", code(example)));
        }
    }
    verbs.into_iter().try_for_each(|verb| write(page, verb, level.saturating_add(1), shared))
}

fn count(command: &Command, counted: &mut Counted) -> Result<(), Failure> {
    for verb in shown(command) {
        let name = verb.get_bin_name().unwrap_or_default().to_owned();
        for arg in arguments(verb).filter(|arg| !arg.is_positional()) {
            let times = counted.entry(explained(&name, arg)?).or_default();
            *times = times.saturating_add(1);
        }
        count(verb, counted)?;
    }
    Ok(())
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help")
}

fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    let is_ours = |arg: &&Arg| !OF_CLAP.contains(&arg.get_id().as_str()) && !arg.is_hide_set();
    command.get_arguments().filter(is_ours)
}

fn about(command: &Command) -> Result<String, Failure> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let words = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    // The first line of a long description is its short form, and ends without a full stop.
    let words = words.map(|words| words.trim_end_matches('.').replace("\n\n", ". "));
    sentence(&code(name), words.as_deref())
}

fn after(command: &Command) -> String {
    command.get_after_help().map(ToString::to_string).unwrap_or_default()
}

/// How an argument is written, and what it means.
fn explained(command: &str, arg: &Arg) -> Result<(String, String), Failure> {
    let takes = arg.get_action().takes_values();
    let names = arg.get_value_names().unwrap_or_default();
    let values: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
    let values = values.join(" ");
    let written = match (arg.get_long(), takes) {
        (Some(long), true) => format!("--{long} {values}"),
        (Some(long), false) => format!("--{long}"),
        (None, _) => values,
    };
    let help = arg.get_help().map(ToString::to_string);
    let mut says = sentence(&format!("`{written}` of `{command}`"), help.as_deref())?;
    let words = arg.get_possible_values();
    if takes && !words.is_empty() {
        let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
        says.push_str(&format!("; one of {}", words.join(", ")));
    }
    let default = arg.get_default_values();
    if let (true, Some(default)) = (takes, default.first()) {
        says.push_str(&format!("; else {}", code(&default.to_string_lossy())));
    }
    if let Some(variable) = arg.get_env() {
        says.push_str(&format!("; or from {}", code(&variable.to_string_lossy())));
    }
    Ok((written, says))
}
