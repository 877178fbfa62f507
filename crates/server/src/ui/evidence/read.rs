//! What a pack says, in words, from nothing but the pack: who signed, what was proposed, what was read
//! back, and everything that happened, in order.

use std::collections::BTreeMap;

use countersign_access::finding::Finding as Toxic;
use countersign_governance::seat::SeatName;
use countersign_ledger::leaf::Leaf;
use countersign_ledger::pack::Pack;
use countersign_ledger::text::reference;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::exception::told as exception;
use super::super::finding::told as finding;
use super::super::moment::Moments;
use super::super::person::{People, seats};
use super::super::refusal::sentence;
use crate::ask::finding::Entry;
use crate::ask::person::Row;

/// What is said in place of a text that is not there any more.
const ERASED: &str = "(this text was erased)";

/// A pack in words.
#[derive(Debug)]
pub(super) struct Shown {
    /// What the rule calls it.
    pub(super) title: String,
    pub(super) made_at: String,
    pub(super) first_at: String,
    pub(super) last_at: String,
    pub(super) facts: Vec<(String, String)>,
    /// The shortest ways, each from who has it to what it reaches.
    pub(super) paths: Vec<Vec<String>>,
    pub(super) why: Vec<(&'static str, String)>,
    pub(super) controls: Vec<Control>,
    pub(super) signed: Vec<Signed>,
    pub(super) read: Vec<Read>,
    pub(super) lines: Vec<Line>,
}

/// A compensating control, as proposed, and what its tests showed.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) what: String,
    pub(super) owner: String,
    pub(super) tests: String,
}

/// A signature.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) seat: String,
    pub(super) who: String,
    pub(super) at: String,
    pub(super) position: u64,
}

/// Something that was read back.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) says: String,
    pub(super) read: String,
    pub(super) digest: String,
    pub(super) position: u64,
}

/// Something that happened.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) position: u64,
    pub(super) at: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) with: Vec<String>,
    pub(super) said: Option<String>,
}

/// A pack, taken apart.
struct Known {
    entries: Vec<(u64, String, Entry)>,
    texts: BTreeMap<String, String>,
    people: People,
    moments: Moments,
}

impl Shown {
    pub(super) fn of(pack: &Pack) -> Self {
        let known = Known::of(pack);
        let toxic = known.toxic();
        let terms = known.terms().cloned().unwrap_or_default();
        let around = finding::Around::new(&known.people, &known.moments, toxic.as_ref());
        let case = || known.entries.iter().filter(|(_, kind, _)| kind != "person");
        let at = |entry: Option<&(u64, String, Entry)>| {
            entry.map_or_else(String::new, |it| day(it.2.at))
        };
        let lines =
            case().map(|(position, kind, entry)| line(*position, kind, entry, &known, &around));
        let read = case().filter_map(|(position, _, entry)| {
            let proof = finding::proof(entry, &around)?;
            let (says, read, digest) = (proof.says, proof.read, proof.digest);
            Some(Read { says, read, digest, position: *position })
        });
        Self {
            title: toxic.as_ref().map_or_else(|| pack.about.clone(), |it| it.title.clone()),
            made_at: pack.made_at.parse().map_or_else(|_| pack.made_at.clone(), day),
            first_at: at(case().next()),
            last_at: at(case().next_back()),
            facts: known.facts(toxic.as_ref(), &terms),
            paths: toxic.iter().flat_map(|it| &it.paths).map(|path| named(path)).collect(),
            why: known.why(&terms),
            controls: known.controls(&terms),
            signed: known.signed(),
            read: read.collect(),
            lines: lines.collect(),
        }
    }
}

/// A path by what people call its nodes.
fn named(path: &[countersign_access::finding::Step]) -> Vec<String> {
    let name = |step: &countersign_access::finding::Step| match step.node.name.as_str() {
        "" => step.node.id.to_string(),
        name => name.to_owned(),
    };
    path.iter().map(name).collect()
}

fn line(
    position: u64,
    kind: &str,
    entry: &Entry,
    known: &Known,
    around: &finding::Around<'_>,
) -> Line {
    let (who, what, with, said) = if kind == "exception" {
        let told = exception::told(entry, &known.people, &known.moments);
        (told.who, told.what, Vec::new(), told.said)
    } else {
        let told = finding::told(entry, around);
        (told.who, told.what, told.with, told.said)
    };
    Line { position, at: day(entry.at), who, what, with, said }
}

/// With its year and in UTC: it is read anywhere, years later.
fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

impl Known {
    fn of(pack: &Pack) -> Self {
        let texts: BTreeMap<String, String> =
            pack.texts.iter().map(|it| (reference(it.digest), it.text.clone())).collect();
        let leaves = pack.entries.iter().filter_map(|it| {
            let leaf = Leaf::parse(it.leaf.as_bytes()).ok()?;
            let (kind, id) = leaf.subject.split_once(':')?;
            let (kind, id) = (kind.to_owned(), id.to_owned());
            Some((it.position, kind, id, entry(it.position, &leaf, &texts)?))
        });
        let leaves: Vec<(u64, String, String, Entry)> = leaves.collect();
        let people = leaves.iter().filter(|(_, kind, ..)| kind == "person");
        let people: Vec<Row> = people.map(|(_, _, id, entry)| person(id, entry)).collect();
        let made_at = pack.made_at.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let entries = leaves.into_iter().map(|(at, kind, _, entry)| (at, kind, entry)).collect();
        Self { entries, texts, people: People::known(people), moments: Moments::in_utc(made_at) }
    }

    /// The finding as it was seen last.
    fn toxic(&self) -> Option<Toxic> {
        let seen = self.entries.iter().rev().filter_map(|(_, kind, entry)| {
            let body = entry.event.get("body")?;
            let detail = match kind.as_str() {
                "finding" => body.pointer("/known/detail"),
                _ => body.pointer("/pin/detail"),
            };
            serde_json::from_str(self.texts.get(detail?.as_str()?)?).ok()
        });
        seen.into_iter().next()
    }

    /// What was proposed, as it was proposed last.
    fn terms(&self) -> Option<&Value> {
        let said = self.entries.iter().rev().filter(|(_, kind, _)| kind == "exception");
        said.filter_map(|(.., entry)| entry.event.get("body")?.get("terms")).next()
    }

    fn text(&self, of: &Value, pointer: &str) -> Option<String> {
        let digest = of.pointer(pointer)?.as_str()?;
        Some(self.texts.get(digest).cloned().unwrap_or_else(|| ERASED.to_owned()))
    }

    fn facts(&self, toxic: Option<&Toxic>, terms: &Value) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        let mut fact = |label: &str, words: Option<String>| {
            facts.extend(words.map(|words| (label.to_owned(), words)));
        };
        let instant = |pointer: &str| terms.pointer(pointer)?.as_str()?.parse().ok().map(day);
        let who = |pointer: &str| Some(self.people.name(terms.pointer(pointer)?.as_str()?));
        fact("Owner of the risk", who("/owner").or_else(|| self.owner()));
        fact("In force until, at most", instant("/until"));
        let days = terms.pointer("/review_days").and_then(Value::as_u64);
        fact("Reviewed by its owner", days.map(|days| format!("every {days} days")));
        fact("Ticket", terms.pointer("/ticket").and_then(Value::as_str).map(str::to_owned));
        fact("Severity", toxic.map(|it| sentence(it.severity.as_str())));
        fact("Rule", toxic.map(|it| it.rule.clone()));
        fact(
            "Affects",
            toxic.map(|it| match it.affected_total {
                1 => "1 identity".to_owned(),
                total => format!("{total} identities"),
            }),
        );
        facts
    }

    /// Who was put behind the finding last.
    fn owner(&self) -> Option<String> {
        let owners =
            self.entries.iter().rev().filter_map(|(.., entry)| {
                entry.event.get("body")?.pointer("/owner/person")?.as_str()
            });
        owners.into_iter().next().map(|id| self.people.name(id))
    }

    fn why(&self, terms: &Value) -> Vec<(&'static str, String)> {
        let parts = [
            ("What it is needed for", "/why/need"),
            ("Why it cannot be removed now", "/why/not_removable"),
            ("What would change that", "/why/would_change"),
        ];
        let said = parts.into_iter();
        said.filter_map(|(label, at)| Some((label, self.text(terms, at)?))).collect()
    }

    fn controls(&self, terms: &Value) -> Vec<Control> {
        let proposed = terms.get("controls").and_then(Value::as_array).into_iter().flatten();
        let control = |(number, it): (u64, &Value)| Control {
            what: self.text(it, "/what").unwrap_or_default(),
            owner: self.people.name(it.get("owner").and_then(Value::as_str).unwrap_or_default()),
            tests: self.tests(number),
        };
        (1..).zip(proposed).map(control).collect()
    }

    /// How the tests of a control went.
    fn tests(&self, number: u64) -> String {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for (.., entry) in &self.entries {
            let body = entry.event.get("body").filter(|_| entry.name.contains("control_tested"));
            let of = body.and_then(|body| body.get("control")).and_then(Value::as_u64);
            let verdict = body.and_then(|body| body.get("verdict")).and_then(Value::as_str);
            if let Some(verdict) = verdict.filter(|_| of == Some(number)) {
                *count.entry(verdict).or_default() += 1;
            }
        }
        if count.is_empty() {
            return "not tested".to_owned();
        }
        let words = count.iter().map(|(verdict, count)| match *verdict {
            "unknown" => format!("could not tell {count} times"),
            verdict => format!("{verdict} {count} times"),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Each signature once, where it stands first: an order repeats what was chosen.
    fn signed(&self) -> Vec<Signed> {
        let mut signed: Vec<Signed> = Vec::new();
        for (position, _, entry) in &self.entries {
            let mut open: Vec<&Value> = entry.event.get("body").into_iter().collect();
            while let Some(value) = open.pop() {
                let Some(fields) = value.as_object() else { continue };
                let is_new = |it: &Signed| {
                    let is_same = |other: &Signed| {
                        (&it.seat, &it.who, &it.at) == (&other.seat, &other.who, &other.at)
                    };
                    !signed.iter().any(is_same)
                };
                if let Some(signature) = self.signature(*position, fields).filter(is_new) {
                    signed.push(signature);
                }
                open.extend(fields.values());
            }
        }
        signed
    }

    /// A signature has a person, a seat and a time, and nothing else has.
    fn signature(&self, position: u64, fields: &Map<String, Value>) -> Option<Signed> {
        let word = |name: &str| fields.get(name).and_then(Value::as_str);
        let (person, seat, at) = (word("person")?, word("seat")?, word("at")?);
        let who = match word("for") {
            Some(other) => {
                format!("{} for {}", self.people.name(person), self.people.name(other))
            }
            None => self.people.name(person),
        };
        let at = at.parse().ok().map(day)?;
        Some(Signed { seat: sentence(seat), who, at, position })
    }
}

/// An event, as a history has it.
fn entry(position: u64, leaf: &Leaf, texts: &BTreeMap<String, String>) -> Option<Entry> {
    let words = leaf.texts().into_iter().map(|digest| {
        let reference = reference(digest);
        let words = texts.get(&reference).cloned().map_or(Value::Null, Value::String);
        (reference, words)
    });
    Some(Entry {
        sequence: i64::try_from(leaf.sequence).ok()?,
        name: leaf.name.clone(),
        at: leaf.at.parse().ok()?,
        actor: leaf.actor.clone(),
        cause: leaf.cause.clone(),
        position: i64::try_from(position).ok(),
        event: serde_json::to_value(leaf).ok()?,
        texts: Value::Object(words.collect()),
    })
}

/// Somebody, as they were appointed last.
fn person(id: &str, entry: &Entry) -> Row {
    let body = entry.event.get("body").cloned().unwrap_or_default();
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let name = entry.texts.get(name).and_then(Value::as_str);
    let held: Vec<SeatName> = body
        .get("seats")
        .cloned()
        .and_then(|it| serde_json::from_value(it).ok())
        .unwrap_or_default();
    let name = name.map_or_else(
        || format!("somebody whose name was erased ({})", seats(&held)),
        str::to_owned,
    );
    let (active, manager, only) = (true, None, None);
    Row { id: id.to_owned(), name, active, seats: held, manager, only, sequence: entry.sequence }
}
