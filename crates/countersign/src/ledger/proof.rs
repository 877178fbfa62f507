//! `countersign ledger proof`: a proof that one entry is under the newest signed head. It is checked
//! here too, so that nobody has to believe the server; the signature is checked by `ledger verify`.

use clap::Args;
use countersign_ledger::proof::verify_inclusion;
use countersign_ledger::tree::Hash;
use serde::Deserialize;
use serde_json::Value;

use crate::client::list::read_row;
use crate::client::table::field;
use crate::client::{Format, Remote};
use crate::exit::{Exit, Failure};
use crate::output::{self, plain};

/// A proof that an entry of a server's ledger is under its newest signed head
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger proof 7 --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Proof {
    /// Position of the entry, from 0
    #[arg(value_name = "ENTRY")]
    position: u64,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Shown {
    position: u64,
    leaf: String,
    size: u64,
    root: String,
    path: Vec<String>,
    checkpoint: String,
}

impl Proof {
    pub(super) fn run(&self) -> Exit {
        let position = self.position.to_string();
        crate::client::run(&self.remote, self.format == Format::Json, async |client| {
            let path = ["ledger", "entries", &position, "proof"];
            let sent: Value = client.get(&path, &[]).await?;
            let shown: Shown = read_row(&sent)?;
            if shown.position != self.position || !shown.holds() {
                let words = format!(
                    "the proof of entry {position} does not hold: keep what the server sent \
                     (`--format json`) and tell its auditor"
                );
                return Err(Failure { exit: Exit::Findings, words }.into());
            }
            match self.format {
                Format::Json => Ok(output::json(&sent)?),
                Format::Table => Ok(shown.words()),
            }
        })
    }
}

impl Shown {
    /// Whether the path leads from the entry to the root that the signed head names.
    fn holds(&self) -> bool {
        let path: Option<Vec<Hash>> = self.path.iter().map(|it| Hash::from_hex(it)).collect();
        let (Some(leaf), Some(root), Some(path)) =
            (Hash::from_hex(&self.leaf), Hash::from_hex(&self.root), path)
        else {
            return false;
        };
        let named = root.to_base64();
        let is_signed = self.checkpoint.lines().nth(2).is_some_and(|line| line == named);
        is_signed && verify_inclusion(leaf, self.position, self.size, &path, root)
    }

    fn words(&self) -> String {
        let mut text = format!(
            "entry {} is under the signed head of {} entries: checked here\n",
            self.position, self.size
        );
        text.push_str(&field("leaf", &self.leaf));
        for hash in &self.path {
            text.push_str(&field("with", hash));
        }
        text.push_str(&field("root", &self.root));
        text.push_str(&format!("\n{}", plain(&self.checkpoint)));
        text
    }
}
