//! `countersign review stage`: plans a review, or shows what its scope has.

use std::collections::BTreeMap;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::done::{ChangeFlags, Said};
use crate::client::people::id_of;
use crate::client::send::Client;
use crate::client::{Stopped, input};
use crate::exit::{Exit, Failure};

/// Plan a review of access; nobody is asked anything before it is started
///
/// Says first how many items its scope has. With `--dry-run` that is all.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review stage --title \"Machines in the ERP\" --system erp --kind service_account --stage \"Rachel Lockwood+Sanne Dijkstra:14\" --no-answer revoke --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Stage {
    /// What it is about, in words
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    title: String,
    #[command(flatten)]
    scope: Scope,
    /// Who is asked for how many days: `owner:14`, `process_owner:14`, `system_owner:14`, or names joined by
    /// `+` (`NAME+NAME:14`). Again for the next stage
    #[arg(long = "stage", value_name = "WHO:DAYS", required = true)]
    stages: Vec<String>,
    /// Who is asked where a rule leads to nobody who may be: name or id
    #[arg(long, value_name = "NAME|ID")]
    fallback: Option<String>,
    /// What becomes of silence: `revoke`, or `NAME:DAYS` for somebody who is asked once more before that
    #[arg(long, value_name = "OUTCOME")]
    no_answer: String,
    /// Longest time for which access is kept, in days
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    keep_days: u32,
    /// Leave out what was kept before and has not changed since
    #[arg(long)]
    changed_only: bool,
    /// Show how many items it would be, and plan nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    flags: ChangeFlags,
}

/// Which access.
#[derive(Debug, Args)]
struct Scope {
    /// Only in this system, `*` for any run of characters; again for more
    #[arg(long = "system", value_name = "NAME")]
    systems: Vec<String>,
    /// Only of this kind of identity: person, service_account, workload, pipeline, ai_agent, vendor, account;
    /// again for more
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Only to entitlements of this name, `*` for any run of characters
    #[arg(long, value_name = "NAME")]
    entitlement: Option<String>,
    /// Only of identities of this name, `*` for any run of characters
    #[arg(long, value_name = "NAME")]
    identity: Option<String>,
    /// Only what belongs to this process, by its short key
    #[arg(long, value_name = "KEY")]
    process: Option<String>,
    /// Only what takes part in a finding at least as bad: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<String>,
    /// Only what was not used for so many days, or never, as far as the sources say
    #[arg(long, value_name = "DAYS")]
    unused_days: Option<u32>,
}

/// What a scope has.
#[derive(Debug, Deserialize)]
struct Preview {
    items: u64,
    unchanged: u64,
    identities: u64,
    by_system: BTreeMap<String, u64>,
    by_kind: BTreeMap<String, u64>,
    by_severity: BTreeMap<String, u64>,
}

impl Stage {
    pub(super) fn run(self) -> Exit {
        let Self { title, scope, stages, fallback, no_answer, .. } = self;
        let (keep_days, changed_only, dry_run) = (self.keep_days, self.changed_only, self.dry_run);
        self.flags.run(async move |client| {
            let scope = scope.body();
            let of = json!({ "scope": scope, "changed_only": changed_only });
            let preview: Value = client.ask(&["reviews", "preview"], &of).await?;
            let counted = counted(&crate::client::list::read_row(&preview)?);
            if dry_run {
                let mut shown = preview;
                if let Some(fields) = shown.as_object_mut() {
                    fields.insert("sequence".to_owned(), 0.into());
                    fields.insert("events".to_owned(), json!(["dry run"]));
                }
                return Ok((shown, Said { now: counted, next: None }));
            }
            let mut asked = Vec::new();
            for stage in &stages {
                asked.push(staged(client, stage, fallback.as_deref()).await?);
            }
            let body = json!({
                "title": title,
                "scope": scope,
                "stages": asked,
                "no_answer": silence(client, &no_answer).await?,
                "keep_days_max": keep_days,
                "changed_only": changed_only,
            });
            let done = client.change(&["reviews"], &body, None).await?;
            let reference =
                done.get("reference").and_then(Value::as_str).unwrap_or_default().to_owned();
            let now = format!("{reference} is planned: {counted}");
            let next = format!("`countersign review start {reference}` puts them before people");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}

impl Scope {
    fn body(&self) -> Value {
        json!({
            "systems": self.systems,
            "kinds": self.kinds,
            "entitlement": self.entitlement,
            "identity": self.identity,
            "process": self.process,
            "severity": self.severity,
            "unused_days": self.unused_days,
        })
    }
}

fn counted(preview: &Preview) -> String {
    let each = |counts: &BTreeMap<String, u64>| {
        let each: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
            .collect();
        each.join(", ")
    };
    let mut words = format!("{} items of {} identities", preview.items, preview.identities);
    for (label, counts) in [
        ("by system", &preview.by_system),
        ("by kind", &preview.by_kind),
        ("in findings", &preview.by_severity),
    ] {
        if !counts.is_empty() {
            words.push_str(&format!("; {label}: {}", each(counts)));
        }
    }
    if preview.unchanged > 0 {
        words.push_str(&format!("; {} have not changed since they were kept", preview.unchanged));
    }
    words
}

/// One stage, from `WHO:DAYS`.
async fn staged(client: &Client, given: &str, fallback: Option<&str>) -> Result<Value, Stopped> {
    let (who, days) = split(given)?;
    let fallback = match fallback {
        Some(name) => Some(id_of(client, name).await?),
        None => None,
    };
    if let "owner" | "process_owner" | "system_owner" = who {
        return Ok(json!({ "by": who, "fallback": fallback, "days": days }));
    }
    let mut people = Vec::new();
    for name in who.split('+') {
        people.push(id_of(client, name.trim()).await?);
    }
    Ok(json!({ "by": "people", "people": people, "fallback": fallback, "days": days }))
}

async fn silence(client: &Client, given: &str) -> Result<Value, Stopped> {
    if given == "revoke" {
        return Ok(json!({ "outcome": "revoke" }));
    }
    let (who, days) = split(given)?;
    Ok(json!({ "outcome": "escalate", "to": id_of(client, who).await?, "days": days }))
}

fn split(given: &str) -> Result<(&str, u32), Failure> {
    let parts = given.rsplit_once(':');
    parts.and_then(|(who, days)| Some((who.trim(), days.trim().parse().ok()?))).ok_or_else(|| {
        Failure::malformed(format!("`{given}` is no `WHO:DAYS`: write for example `owner:14`"))
    })
}
