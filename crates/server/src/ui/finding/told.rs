//! An event of a finding's history in a sentence, with the words that go with it. An event that this
//! version does not know is shown by its name.

use std::collections::BTreeMap;

use countersign_access::change::{Change, Claim, Evidence, Holds, Outcome, Receipt};
use countersign_access::edge::EdgeKey;
use countersign_access::engine::Moved;
use countersign_access::finding::Finding as Toxic;
use countersign_access::node::NodeId;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::moment::{At, Moments};
use super::super::person::People;
use crate::ask::finding::{Entry, history};
use crate::ask::graph::moved_words;
use crate::door::{Door, NotDone};
use crate::graph::Still;

/// Most that are named who still have it.
const STILL_MAX: usize = 5;

/// Most events that are told to somebody whose form was overtaken.
const SINCE_MAX: i64 = 20;

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Told {
    pub(in crate::ui) sequence: i64,
    pub(in crate::ui) at: At,
    /// `ok`, `bad`, `full` or nothing.
    pub(in crate::ui) dot: &'static str,
    pub(in crate::ui) who: String,
    pub(in crate::ui) what: String,
    /// What goes with it.
    pub(in crate::ui) with: Vec<String>,
    /// What somebody said.
    pub(in crate::ui) said: Option<String>,
    /// Its place in the ledger, once it is sealed.
    pub(in crate::ui) position: Option<i64>,
}

/// What was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Proof {
    pub(in crate::ui) tone: &'static str,
    pub(in crate::ui) icon: &'static str,
    pub(in crate::ui) says: String,
    pub(in crate::ui) read: String,
    pub(in crate::ui) digest: String,
}

/// An event with its texts, read by pointers.
struct Read<'a> {
    entry: &'a Entry,
    around: &'a Around<'a>,
}

/// What an event is read with.
pub(in crate::ui) struct Around<'a> {
    pub(super) people: &'a People,
    pub(super) moments: &'a Moments,
    /// What people call the things on the paths, by id.
    pub(super) names: BTreeMap<String, String>,
}

impl<'a> Around<'a> {
    pub(in crate::ui) fn new(
        people: &'a People,
        moments: &'a Moments,
        toxic: Option<&Toxic>,
    ) -> Self {
        let steps = toxic.iter().flat_map(|toxic| toxic.paths.iter().flatten());
        let named = steps.filter(|step| !step.node.name.is_empty());
        let names = named.map(|it| (it.node.id.as_str().to_owned(), it.node.name.clone()));
        Self { people, moments, names: names.collect() }
    }

    /// What people call a thing, or its id where it is on none of the paths any more.
    fn name(&self, id: &NodeId) -> String {
        self.names
            .get(id.as_str())
            .map_or_else(|| id.to_string(), |name| format!("\u{201c}{name}\u{201d}"))
    }

    fn edge(&self, edge: &EdgeKey) -> (String, String, String) {
        let kind = edge.kind.as_str().replace('_', " ");
        (self.name(&edge.source), kind, self.name(&edge.target))
    }
}

/// A line of a history.
pub(in crate::ui) fn told(entry: &Entry, around: &Around<'_>) -> Told {
    let read = Read { entry, around };
    let (dot, what) = read.what();
    Told {
        sequence: entry.sequence,
        at: around.moments.at(entry.at),
        dot,
        who: around.people.actor(&entry.actor),
        what,
        with: read.with(),
        said: ["/reason", "/ending/reason", "/why"].iter().find_map(|at| read.text(at)),
        position: entry.position,
    }
}

/// What happened to a finding after the event with this sequence, at most [`SINCE_MAX`] of it.
pub(in crate::ui) async fn since(
    door: &Door,
    (finding, toxic): (&str, Option<&Toxic>),
    sequence: i64,
    you: &str,
) -> Result<Vec<Told>, NotDone> {
    let entries = history(door, finding, sequence, SINCE_MAX).await?.items;
    let people = People::of(door, you, entries.iter().flat_map(named)).await?;
    let moments = Moments::new(door.clock.now());
    let around = Around::new(&people, &moments, toxic);
    Ok(entries.iter().map(|entry| told(entry, &around)).collect())
}

/// What an event holds of evidence.
pub(in crate::ui) fn proof(entry: &Entry, around: &Around<'_>) -> Option<Proof> {
    let read = Read { entry, around };
    let evidence = ["/ending/evidence", "/evidence"].iter().find_map(|at| read.written(at))?;
    let evidence: Evidence = evidence;
    let (what, yes, no) = claim(&evidence.claim, around);
    let (tone, icon, says) = match &evidence.holds {
        Holds::Yes => ("fine", "ok", format!("{what} {yes}")),
        Holds::No { found } => ("late", "stop", format!("{what} {no}: {found}")),
        Holds::Unknown { why } => {
            ("soon", "part", format!("Whether {what} {yes} could not be told: {why}"))
        }
    };
    let read = format!(
        "Read from {} by its account {} at {}, {}",
        evidence.system,
        evidence.read_by,
        evidence.read_from,
        around.moments.at(evidence.read_at).words
    );
    let digest = format!("sha-256 {}", evidence.digest);
    Some(Proof { tone, icon, says, read, digest })
}

/// The name of an event without noun and version.
pub(super) fn what(entry: &Entry) -> &str {
    let name = entry.name.strip_prefix("finding.").unwrap_or(&entry.name);
    name.rsplit_once('.').map_or(name, |(what, _)| what)
}

/// Ids of the people whom an event names.
pub(super) fn named(entry: &Entry) -> Vec<String> {
    let body = entry.event.get("body");
    let at = |pointer: &str| body.and_then(|it| it.pointer(pointer)).and_then(Value::as_str);
    let actor = entry.actor.strip_prefix("person:");
    actor.into_iter().chain(at("/owner/person")).map(str::to_owned).collect()
}

/// A change in words.
fn change_words(change: &Change, around: &Around<'_>) -> String {
    match change {
        Change::RemoveEdge { edge, grantor } => {
            let by = grantor.as_ref().map(|it| format!(", granted by {it}")).unwrap_or_default();
            let (source, kind, target) = around.edge(edge);
            format!("take away: {source} {kind} {target}{by}")
        }
        Change::DisableAccount { account } => {
            format!("keep {} from signing in", around.name(account))
        }
    }
}

fn claim(claim: &Claim, around: &Around<'_>) -> (String, &'static str, &'static str) {
    match claim {
        Claim::EdgeGone { edge } => {
            let (source, kind, target) = around.edge(edge);
            (format!("{source} {kind} {target}"), "is gone", "is still there")
        }
        Claim::AccountDisabled { account } => {
            (around.name(account), "cannot sign in", "can still sign in")
        }
        Claim::ExpiresWithin { credential, days } => {
            (format!("{} within {days} days", around.name(credential)), "ends", "does not end")
        }
    }
}

impl Read<'_> {
    fn what(&self) -> (&'static str, String) {
        let plain = |dot, words: &str| (dot, words.to_owned());
        match what(self.entry) {
            "opened" => plain("bad", "found it: the rule and the path are met"),
            "changed" => plain("", "saw it otherwise than before"),
            "recurred" => plain("bad", "saw it again, so it is open again"),
            "assigned" => ("full", self.assigned()),
            "entrusted" => ("full", self.entrusted()),
            "remedy_chosen" => {
                let system = self.word("/system").unwrap_or("the system");
                ("full", format!("chose a fix in {system}"))
            }
            "ordered" => plain("full", "ordered the fix"),
            "fulfilled" => ("", self.fulfilled()),
            "order_failed" => plain("bad", "was refused by the system; it is back with its owner"),
            "order_withdrawn" => plain("full", "took the order back: nobody had run it"),
            "not_read_back" => {
                plain("bad", "could not read the system back; it is with its owner again")
            }
            "not_verified" => ("bad", self.not_verified()),
            "inconclusive" => plain("", "read the system back and could not tell"),
            "disputed" => plain("", "said that it is not toxic"),
            "dispute_rejected" => plain("full", "answered that it is toxic all the same"),
            "ended" => self.ended(),
            "refused" => ("bad", self.refused()),
            _ => ("", self.entry.name.clone()),
        }
    }

    fn with(&self) -> Vec<String> {
        match what(self.entry) {
            "changed" => self.moved(),
            "remedy_chosen" => self.change("/change"),
            "ordered" => self.change("/chosen/change"),
            "fulfilled" => {
                self.written::<Receipt>("/receipt").map(|it| it.statements).unwrap_or_default()
            }
            "not_verified" => {
                let still: Vec<Still> = self.written("/because/still").unwrap_or_default();
                let still = still.into_iter().take(STILL_MAX);
                still.map(|it| format!("still has it: {}", it.path.join(" → "))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn change(&self, pointer: &str) -> Vec<String> {
        let change = self.written::<Change>(pointer);
        change.iter().map(|change| change_words(change, self.around)).collect()
    }

    /// Who joined and who left; where the names were erased, how many.
    fn moved(&self) -> Vec<String> {
        if let Some(moved) = self.written::<Moved>("/moved/names") {
            return moved_words(&moved, "joined", "left");
        }
        let count = |pointer: &str| self.body(pointer).and_then(Value::as_u64).unwrap_or(0);
        let both = [("/moved/joined_total", "joined"), ("/moved/left_total", "left")];
        let some = both.map(|(pointer, verb)| (count(pointer), verb)).into_iter();
        some.filter(|(count, _)| *count > 0)
            .map(|(count, verb)| format!("{count} {verb}"))
            .collect()
    }

    fn assigned(&self) -> String {
        let owner = self.word("/owner/person").map(|id| self.around.people.name(id));
        let due = self.instant("/owner/due").map(|at| self.around.moments.at(at).words);
        format!(
            "put {} behind it, due {}",
            owner.as_deref().unwrap_or("somebody"),
            due.as_deref().unwrap_or("at no date")
        )
    }

    fn entrusted(&self) -> String {
        let way = match self.word("/way") {
            Some("system") => "who answers for its system",
            Some("process") => "who owns its process",
            _ => "whom it names itself",
        };
        let by = self.word("/by").unwrap_or("the policy");
        format!("{}: {way}, without a person, as {by} says", self.assigned())
    }

    fn fulfilled(&self) -> String {
        match self.written::<Receipt>("/receipt").map(|it| it.outcome) {
            Some(Outcome::AlreadyGone) => {
                "found nothing left to change, which is not yet proof".into()
            }
            Some(Outcome::Changed) | None => {
                "made the change in the system, which is not yet proof".into()
            }
        }
    }

    fn not_verified(&self) -> String {
        match self.word("/because/because") {
            Some("edge_still_there") => "read back that the change did not take effect".to_owned(),
            Some("another_path") => {
                "read back that it is changed, and that the access is still there".to_owned()
            }
            Some(_) | None => "read back that it is not fixed".to_owned(),
        }
    }

    fn ended(&self) -> (&'static str, String) {
        match self.word("/ending/how") {
            Some("fixed") => ("ok", "ended it as fixed: read back after our change".to_owned()),
            Some("gone") => ("ok", "ended it: a complete later read does not have it".to_owned()),
            Some("rule_changed") => ("full", "ended it: the rule changed".to_owned()),
            Some("not_toxic") => {
                let until =
                    self.instant("/ending/until").map(|at| self.around.moments.at(at).words);
                let until = until.map(|at| format!(" until {at}")).unwrap_or_default();
                ("full", format!("agreed: not toxic here{until}"))
            }
            Some(_) | None => ("full", "ended it".to_owned()),
        }
    }

    fn refused(&self) -> String {
        let verb = self.word("/verb").unwrap_or("do something");
        let verb = match verb.rsplit_once('.') {
            Some(("exception", "propose")) => "ask for an exception",
            Some((_, verb)) => verb,
            None => verb,
        };
        let why = match self.word("/code").unwrap_or_default() {
            "duty.wrong-seat" | "duty.not-permitted" => "not from this seat",
            "duty.not-the-owner" => "only its owner may",
            "duty.own-access" => "nobody signs for access of their own",
            "duty.second-seat" => "one person signs from one seat",
            "duty.cannot-own" => "that person cannot own it",
            "duty.own-dispute" => "its owner never settles its dispute",
            "duty.inactive" => "not active any more",
            other => other,
        };
        format!("wanted to {verb} and was told no: {why}")
    }

    fn body(&self, pointer: &str) -> Option<&Value> {
        self.entry.event.get("body")?.pointer(pointer)
    }

    fn word(&self, pointer: &str) -> Option<&str> {
        self.body(pointer).and_then(Value::as_str)
    }

    fn instant(&self, pointer: &str) -> Option<Timestamp> {
        self.word(pointer)?.parse().ok()
    }

    /// The words behind a digest; where they were erased it says so.
    fn text(&self, pointer: &str) -> Option<String> {
        match self.entry.texts.get(self.word(pointer)?)? {
            Value::String(words) => Some(words.clone()),
            _ => Some("(this text was erased)".to_owned()),
        }
    }

    fn written<T: DeserializeOwned>(&self, pointer: &str) -> Option<T> {
        let words = self.entry.texts.get(self.word(pointer)?)?.as_str()?;
        serde_json::from_str(words).ok()
    }
}
