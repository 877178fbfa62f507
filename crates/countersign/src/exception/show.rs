//! `countersign exception show`: one exception on one screen. What it is about, why, who signed, how
//! its controls fare, whom it covers, and when it ends and what happens then.

use clap::Args;
use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde_json::Value;

use super::next::next;
use super::whole::{Signed, Whole};
use super::{part, unsigned};
use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::table::{INDENT, field, labelled};
use crate::client::{Format, Remote, input, moment};
use crate::clock;
use crate::exit::Exit;
use crate::output::{self, plain, wrap};

/// One exception: what it is about, who carries it, what keeps it alive, and when it ends
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception show EX-15 --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Show {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// All that is known of an exception.
struct Known {
    whole: Whole,
    title: Option<String>,
    people: People,
    now: Timestamp,
}

impl Show {
    pub(super) fn run(self) -> Exit {
        let Self { reference, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let sent: Value = client.get(&["exceptions", &reference], &[]).await?;
            if format == Format::Json {
                return Ok(output::json(&sent)?);
            }
            let whole: Whole = read_row(&sent)?;
            let finding: Value = client.get(&["findings", &whole.row.finding], &[]).await?;
            let title = finding.pointer("/detail/title").and_then(Value::as_str);
            let known = Known {
                title: title.map(ToOwned::to_owned),
                people: People::read(client).await?,
                now: clock::now(),
                whole,
            };
            let unsigned = unsigned::words(client, (&reference, &known.people)).await?;
            Ok(known.words() + &unsigned)
        })
    }
}

impl Known {
    fn words(&self) -> String {
        let whole = &self.whole;
        let mut text = self.heading();
        text.push_str(&field("about", &self.about()));
        let part = |words: &Option<String>| {
            words.clone().unwrap_or_else(|| "its text was erased".to_owned())
        };
        text.push_str(&field("needed for", &part(&whole.why.need)));
        text.push_str(&field("cannot go", &part(&whole.why.not_removable)));
        text.push_str(&field("would change", &part(&whole.why.would_change)));
        for control in &whole.controls {
            let lines = part::control(control, &self.people);
            text.push_str(&lines_of(&format!("control {}", control.number), &lines));
        }
        text.push_str(&field("used", &part::used(&whole.used)));
        text.push_str(&lines_of("signatures", &self.signatures()));
        text.push_str(&part::coverage(whole));
        if let Some(left) = &whole.left {
            let who = left.accountable.as_ref().map(|id| self.people.name(id));
            let who = who.unwrap_or_else(|| "nobody".to_owned());
            let until = moment::shown(left.until);
            let words =
                format!("{who}, since its owner left; somebody must take it over until {until}");
            text.push_str(&field("accountable", &words));
        }
        if let Some(to) = &whole.handed_to {
            let words = format!("{}, who has not taken it over yet", self.people.name(to));
            text.push_str(&field("handed to", &words));
        }
        if let Some(renews) = &whole.renews {
            text.push_str(&lines_of("renews", &part::renewal(renews)));
        }
        if let Some(by) = &whole.renewed_by {
            text.push_str(&field("renewed by", by));
        }
        if let Some(veto) = &whole.veto {
            text.push_str(&lines_of("veto", &part::veto(veto, &self.people)));
        }
        text.push_str(&field("reviewed", &self.reviewed()));
        text.push_str(&field("ends", &self.end()));
        text.push_str(&self.next());
        text
    }

    fn heading(&self) -> String {
        let row = &self.whole.row;
        let title = self.title.as_deref().unwrap_or(&row.rule);
        let reference = format!("{} sequence {}", plain(&row.reference), row.sequence);
        let status = row.status.replace('_', " ").to_uppercase();
        let status = match row.status.as_str() {
            "active" => status.green().bold().to_string(),
            "in_review" => status.blue().bold().to_string(),
            "suspended" => status.red().bold().to_string(),
            _ => status.bold().to_string(),
        };
        let owner = plain(&self.people.name(&row.owner));
        let vetoed = if self.whole.is_vetoed() { ", a veto binds" } else { "" };
        let end = match row.status.as_str() {
            "in_review" | "active" | "suspended" => {
                format!(" \u{b7} until {}", moment::shown(row.until))
            }
            _ => String::new(),
        };
        format!(
            "{}  {}\n{status}{vetoed} \u{b7} owner {owner}{end}\n\n",
            reference.dimmed(),
            plain(title).bold()
        )
    }

    /// In a sentence: what is accepted, of whom, by whom.
    fn about(&self) -> String {
        let row = &self.whole.row;
        let of = match row.covered_total {
            1 => "one identity".to_owned(),
            many => format!("{many} identities"),
        };
        let stands = match row.status.as_str() {
            "in_review" => "would be accepted",
            "active" => "is accepted",
            "suspended" => "was accepted, and is not for now,",
            _ => "is not accepted any more",
        };
        let due = row.finding_due_at.map(|due| format!(", due {}", moment::shown(due)));
        format!(
            "the toxic access {} ({}, {}{}) of {of} {stands} by {} under the rule {}",
            row.finding,
            row.severity,
            row.finding_status.replace('_', " "),
            due.unwrap_or_default(),
            self.people.name(&row.owner),
            row.rule
        )
    }

    /// A line a seat that must sign: who did, or whose signature is waited for.
    fn signatures(&self) -> Vec<String> {
        let mut seats = vec!["business", "control"];
        if self.whole.is_regulated() {
            seats.push("legal");
        }
        let signed = |it: &Signed| {
            format!("signed by {} on {}", self.people.name(&it.person), moment::shown(it.at))
        };
        let line = |seat: &str| match self.whole.signed(seat) {
            Some(it) => format!("{seat}: {}", signed(it)),
            None if self.whole.row.is_over() => format!("{seat}: not signed"),
            None if seat == "business" => {
                format!("{seat}: waited for, from {}", self.people.name(&self.whole.row.owner))
            }
            None => format!("{seat}: waited for, from {}", self.people.in_seats(&[seat], &[])),
        };
        seats.into_iter().map(line).collect()
    }

    fn reviewed(&self) -> String {
        let owner = self.people.name(&self.whole.row.owner);
        let asked = &self.whole.requested_by;
        let asked: Vec<String> = asked.iter().map(|id| self.people.name(id)).collect();
        let asked = if asked.is_empty() {
            String::new()
        } else {
            format!("; asked for by {}, who may not sign", asked.join(", "))
        };
        format!("every {} days by {owner}{asked}", self.whole.review_days)
    }

    /// When it ends, and what happens then; or how it ended.
    fn end(&self) -> String {
        let row = &self.whole.row;
        let due = match row.finding_due_at {
            Some(due) => format!("with its old date {}", moment::shown(due)),
            None => "with no date, because nobody is behind it yet".to_owned(),
        };
        let uncovered = format!("{} stands uncovered, {due}", row.finding);
        let until = moment::shown(row.until);
        if !row.is_over() {
            let left = row.until.duration_since(self.now);
            // The server's clock decides; this machine's only says how long that is.
            let left = if left.is_positive() {
                format!(", in {}", moment::span(left))
            } else {
                String::new()
            };
            return format!(
                "on {until}{left}; then {uncovered}: nobody needs to do anything for that"
            );
        }
        let at = self.whole.case_text("/stage/at").and_then(|at| at.parse::<Timestamp>().ok());
        let at = at.map_or(until.clone(), moment::shown);
        match row.status.as_str() {
            "expired" => format!("ended on {until}: its time was over; {uncovered}"),
            "moot" => format!("ended on {at}: what it was about is over"),
            "revoked" => format!("ended on {at}: its owner took the acceptance back; {uncovered}"),
            "withdrawn" => format!("ended on {at}: the proposal was taken back"),
            "rejected" => format!("ended on {at}: its owner did not take the risk"),
            "vetoed" => format!("ended on {at}: security objected again; {uncovered}"),
            other => format!("{other} on {at}"),
        }
    }

    fn next(&self) -> String {
        let mut text = String::new();
        if !self.whole.waits_for.is_empty() && !self.whole.row.is_over() {
            text.push_str(&lines_of("waits for", &self.whole.waits_for));
        }
        for next in next(&self.whole, &self.people) {
            text.push_str(&field("next", &next.step));
            if let Some(who) = next.who {
                text.push_str(&field("who can", &who));
            }
        }
        text
    }
}

/// A label and some lines.
fn lines_of(label: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|it| wrap(&plain(it), INDENT)).collect();
    labelled(label, &lines.concat())
}
