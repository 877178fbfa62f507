//! `countersign finding show`: one finding on one screen. What is the matter, why, what ends it, what
//! was done, and the next step.

use clap::Args;
use countersign_access::change::{Change, Evidence, Receipt};
use countersign_access::finding::{Certainty, Finding as Toxic, NodeRef};
use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde_json::Value;

use super::chain::chain;
use super::chosen::{Offer, offers};
use super::heading::coloured;
use super::next::next;
use super::said::{change_in_words, told};
use super::whole::{Affected, Whole};
use crate::client::entry::{Entry, Words, history};
use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::table::{INDENT, field, labelled};
use crate::client::told::evidence_in_words;
use crate::client::{Format, Remote, input, moment};
use crate::clock;
use crate::exit::Exit;
use crate::output::{self, plain, wrap};

/// One finding: what is the matter, why, what ends it, and the next step
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding show FN-26 --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct Show {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Most affected identities that are named.
const NAMED_MAX: usize = 10;

/// All that is known of a finding.
struct Known {
    whole: Whole,
    entries: Vec<Entry>,
    offers: Vec<Offer>,
    people: People,
    now: Timestamp,
}

impl Show {
    pub(super) fn run(self) -> Exit {
        let Self { reference, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let sent: Value = client.get(&["findings", &reference], &[]).await?;
            if format == Format::Json {
                return Ok(output::json(&sent)?);
            }
            let whole: Whole = read_row(&sent)?;
            let offers = match whole.row.ended_at {
                None => offers(client, &reference).await?,
                Some(_) => Vec::new(),
            };
            let known = Known {
                entries: history(client, "findings", &reference).await?,
                offers: offers.into_iter().map(|(offer, _)| offer).collect(),
                people: People::read(client).await?,
                now: clock::now(),
                whole,
            };
            Ok(known.words())
        })
    }
}

impl Known {
    fn words(&self) -> String {
        let mut text = self.heading();
        match &self.whole.detail {
            Some(toxic) => text.push_str(&why(toxic, &self.whole)),
            None => text.push_str(&field("paths", "their text was erased")),
        }
        text.push_str(&self.what_ends_it());
        text.push_str(&self.what_was_done());
        text.push_str(&self.next());
        text
    }

    fn heading(&self) -> String {
        let row = &self.whole.row;
        let title = self.whole.detail.as_ref().map_or(row.rule.as_str(), |it| it.title.as_str());
        let severity = coloured(&row.severity, &format!(" {} ", row.severity.to_uppercase()));
        let reference = format!("{} sequence {}", plain(&row.reference), row.sequence);
        let mut text = format!("{}  {}\n", reference.dimmed(), plain(title).bold());
        text.push_str(&format!("{severity} {}\n\n", self.standing()));
        text.push_str(&field("rule", &row.rule));
        text
    }

    /// Where it is in its life, whose it is, and by when.
    fn standing(&self) -> String {
        let row = &self.whole.row;
        let status = row.status.replace('_', " ");
        let owner = match &row.owner {
            Some(id) => format!("owner {}", plain(&self.people.name(id))),
            None => "nobody is behind it".to_owned(),
        };
        let date = match (row.ended_at, row.due_at) {
            (Some(ended), _) => format!("ended {}", moment::shown(ended)),
            (None, Some(due)) if row.overdue => {
                // The server's clock decides; this machine's only says by how much.
                let late = self.now.duration_since(due);
                let late = if late.is_positive() {
                    format!(" by {}", moment::span(late))
                } else {
                    String::new()
                };
                let words = format!("due {}, overdue{late}", moment::shown(due));
                words.red().bold().to_string()
            }
            (None, Some(due)) => format!("due {}", moment::shown(due)),
            (None, None) => format!("open since {}", moment::shown(row.opened_at)),
        };
        let disputed = if self.whole.is_disputed() { ", disputed" } else { "" };
        format!("{}{disputed} \u{b7} {owner} \u{b7} {date}", plain(&status).bold())
    }

    fn what_ends_it(&self) -> String {
        if let Some(ended) = self.whole.row.ended_at {
            return field("how it ended", &self.ending(ended));
        }
        let mut text = String::new();
        if let Some(toxic) = &self.whole.detail {
            text.push_str(&field("what ends it", &toxic.remedy));
        }
        let options: Vec<String> = (1_usize..)
            .zip(&self.offers)
            .map(|(number, it)| {
                let words = format!("{number}. {} in {}: {}", it.remedy, it.system, it.words);
                wrap(&plain(&words), INDENT)
            })
            .collect();
        if !options.is_empty() {
            text.push_str(&labelled("options", &options.concat()));
        }
        text
    }

    fn ending(&self, at: Timestamp) -> String {
        let day = moment::shown(at);
        match self.whole.row.status.as_str() {
            "fixed" => format!("fixed on {day}: read back after our change"),
            "gone" => format!("gone on {day}: a complete later read does not have it"),
            "rule_changed" => format!("the rules changed on {day}"),
            "not_toxic" => {
                let until = self.whole.case_text("/stage/ending/until");
                let until = until.and_then(|until| until.parse::<Timestamp>().ok());
                let until = until.map(moment::shown).unwrap_or_default();
                format!("not toxic here until {until}, by the word of the rule's owner")
            }
            other => format!("{other} on {day}"),
        }
    }

    /// What was chosen, what the system answered, what was read back, what was said: the last of
    /// each, in the order in which it happened.
    fn what_was_done(&self) -> String {
        let mut lines: Vec<(i64, String)> = Vec::new();
        for (what, line) in [
            ("remedy_chosen", Self::chosen as fn(&Self, &Entry) -> Option<String>),
            ("fulfilled", Self::answered),
            ("disputed", Self::disputed),
        ] {
            let last = self.entries.iter().rev().find(|entry| entry.what() == what);
            lines.extend(last.and_then(|entry| Some((entry.sequence, line(self, entry)?))));
        }
        lines.extend(self.not_fixed());
        let read = self.entries.iter().rev().find_map(|it| Some((it.sequence, evidence(it)?)));
        lines.extend(read.map(|(sequence, words)| (sequence, field("evidence", &words))));
        lines.sort_by_key(|(sequence, _)| *sequence);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn chosen(&self, entry: &Entry) -> Option<String> {
        let status = self.whole.row.status.as_str();
        if !matches!(status, "chosen" | "remediating" | "fulfilled" | "fixed") {
            return None;
        }
        let change = entry.written::<Change>("/change").map(|it| change_in_words(&it));
        Some(field("chosen", &change.unwrap_or_else(|| "its text was erased".to_owned())))
    }

    fn answered(&self, entry: &Entry) -> Option<String> {
        let receipt = entry.written::<Receipt>("/receipt")?;
        Some(field("system said", &receipt.statements.join("; ")))
    }

    fn disputed(&self, entry: &Entry) -> Option<String> {
        let Words::Kept(reason) = entry.words("/reason") else { return None };
        let by = entry.word("/by").map(|id| self.people.name(id)).unwrap_or_default();
        let words = format!("{by}: \u{201c}{reason}\u{201d}");
        self.whole.is_disputed().then(|| field("disputed", &words))
    }

    /// Why the last order did not end it.
    fn not_fixed(&self) -> Option<(i64, String)> {
        if self.whole.row.ended_at.is_some() {
            return None;
        }
        let came = |entry: &&Entry| {
            matches!(entry.what().as_str(), "not_verified" | "not_read_back" | "order_failed")
        };
        let since = |entry: &&Entry| entry.what() != "ordered";
        let entry = self.entries.iter().rev().take_while(since).find(came)?;
        let told = told(entry, &self.people);
        // What was read back stands in a line of its own.
        let read = evidence(entry);
        let why = told.with.into_iter().filter(|words| Some(words) != read.as_ref());
        let why: Vec<String> = why.take(NAMED_MAX).collect();
        let owner = self.whole.row.owner.as_deref().map(|id| self.people.name(id));
        let what = match owner {
            Some(owner) => told.what.replace("its owner", &format!("{owner}, who owns it")),
            None => told.what,
        };
        Some((entry.sequence, field("not fixed", &format!("{what}: {}", why.join("; ")))))
    }

    fn next(&self) -> String {
        let mut text = String::new();
        if let Some(waits) = &self.whole.waits {
            text.push_str(&field("waits", &waits.words()));
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

/// Root cause, whom it affects, every path, and what is not known.
fn why(toxic: &Toxic, whole: &Whole) -> String {
    let root = &toxic.root_cause;
    let mut text = field("root cause", &format!("{}, {}", named(root), root.kind));
    text.push_str(&field("affects", &affected(&toxic.affected, whole)));
    if !whole.affected.is_empty() {
        let names = |it: &Affected| {
            let node = toxic.affected.iter().find(|node| node.id.as_str() == it.identity);
            wrap(&plain(&it.words(&node.map_or_else(|| it.identity.clone(), named))), INDENT)
        };
        let lines: Vec<String> = whole.affected.iter().take(NAMED_MAX).map(names).collect();
        text.push_str(&labelled("since", &lines.concat()));
    }
    if toxic.certainty == Certainty::Potential {
        let missing: Vec<String> =
            toxic.missing.iter().map(|it| format!("{} ({})", it.kind, it.what)).collect();
        text.push_str(&field("not known", &missing.join("; ")));
    }
    for (number, path) in (1_usize..).zip(&toxic.paths) {
        let label =
            if toxic.paths.len() == 1 { "path".to_owned() } else { format!("path {number}") };
        text.push_str(&labelled(&label, &chain(path)));
    }
    text
}

fn affected(affected: &[NodeRef], whole: &Whole) -> String {
    let total = whole.row.affected_total;
    let names: Vec<String> = affected.iter().take(NAMED_MAX).map(named).collect();
    let named = u64::try_from(names.len()).unwrap_or(u64::MAX);
    let names = names.join(", ");
    let words = match (total, total.saturating_sub(named)) {
        (1, _) => names,
        (_, 0) => format!("{total}: {names}"),
        (_, more) => format!("{total}: {names} and {more} more"),
    };
    match whole.row.excepted_total {
        0 => words,
        covered => format!("{words}; {covered} of {total} excepted, the clock runs on"),
    }
}

fn named(node: &NodeRef) -> String {
    let id = node.id.as_str();
    if node.name.is_empty() || id.ends_with(&node.name) {
        return id.to_owned();
    }
    format!("{} ({id})", node.name)
}

/// What was read back, where this event holds it.
fn evidence(entry: &Entry) -> Option<String> {
    let read = |pointer| entry.written::<Evidence>(pointer);
    let evidence = read("/ending/evidence").or_else(|| read("/evidence"))?;
    Some(evidence_in_words(&evidence))
}
