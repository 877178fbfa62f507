//! `countersign exception confirm`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say that the controls are in place; the control seat does
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception confirm EX-15 --statement \"the account was locked today, seen in the system itself\" --token-file .countersign/demo/tokens/oliver-pemberton"
)]
pub(super) struct Confirm {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// What is in place and how it was put there, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    statement: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Confirm {
    pub(super) fn run(self) -> Exit {
        let Self { reference, statement, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "confirm"];
            let done = client.change(&path, &json!({"statement": statement}), seen.seen).await?;
            let now = format!("{reference}: the control seat says that the controls are in place");
            let next =
                format!("`countersign exception show {reference}` says what it still waits for");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
