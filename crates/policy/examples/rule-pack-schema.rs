//! Writes the JSON Schema of rule packs to standard output:
//! `cargo run -p countersign-policy --example rule-pack-schema > docs/reference/rule-pack.schema.json`

use std::io::{self, Write};

use countersign_policy::rules;

fn main() -> io::Result<()> {
    let schema = rules::schema().map_err(io::Error::other)?;
    io::stdout().write_all(schema.as_bytes())
}
