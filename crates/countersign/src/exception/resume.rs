//! `countersign exception resume`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say that what suspended it is put right; the control seat does
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception resume EX-15 --statement \"the other credential was removed, seen in the system itself\" --token-file .countersign/demo/tokens/oliver-pemberton"
)]
pub(super) struct Resume {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// What was put right, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    statement: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Resume {
    pub(super) fn run(self) -> Exit {
        let Self { reference, statement, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "resume"];
            let done = client.change(&path, &json!({"statement": statement}), seen.seen).await?;
            let now = format!("{reference} is in force again");
            let next = format!(
                "`countersign exception show {reference}` says until when and what happens then"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
