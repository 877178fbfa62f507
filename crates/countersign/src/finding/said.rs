//! An event of a finding's history in a sentence, with the words that go with it. An event that this
//! version does not know is shown by its name.

use countersign_access::change::{Change, Outcome, Receipt};
use countersign_access::engine::Moved;
use countersign_server::ask::graph::moved_words;
use countersign_server::graph::Still;

use crate::client::entry::Entry;
use crate::client::moment;
use crate::client::people::People;
use crate::client::told::{Told, erased, evidence_of, quoted, refused};

/// Most that are named who still have it.
const STILL_MAX: usize = 5;

/// An event in words.
pub(super) fn told(entry: &Entry, people: &People) -> Told {
    match entry.what().as_str() {
        "opened" => Told::new(format!("saw it for the first time: {}", known(entry))),
        "changed" => changed(entry),
        "recurred" => Told::new(format!("saw it again, so it is reopened: {}", known(entry))),
        "assigned" => assigned(entry, people),
        "entrusted" => entrusted(entry, people),
        "remedy_chosen" => chose(entry),
        "ordered" => Told::new("ordered it").with(change_of(entry, "/chosen/change")),
        "order_withdrawn" => Told::new("took the order back").with(quoted(entry, "/reason")),
        "fulfilled" => fulfilled(entry),
        "order_failed" => Told::new("could not carry the order out; back to its owner")
            .with(quoted(entry, "/why")),
        "not_read_back" => Told::new("could not read back what was changed; back to its owner")
            .with(quoted(entry, "/why")),
        "not_verified" => not_verified(entry),
        "inconclusive" => {
            Told::new("read back and could not tell").with(evidence_of(entry, "/evidence"))
        }
        "disputed" => Told::new("said that it is not toxic").with(quoted(entry, "/reason")),
        "dispute_rejected" => Told::new("rejected the dispute").with(quoted(entry, "/reason")),
        "ended" => ended(entry),
        "refused" => refused(entry),
        _ => Told::new(entry.name.clone()),
    }
}

/// A change in words.
pub(super) fn change_in_words(change: &Change) -> String {
    match change {
        Change::RemoveEdge { edge, grantor } => {
            let by = grantor.as_ref().map(|it| format!(", granted by {it}")).unwrap_or_default();
            format!("take away: {} {} {}{by}", edge.source, edge.kind, edge.target)
        }
        Change::DisableAccount { account } => format!("keep from signing in: {account}"),
    }
}

fn known(entry: &Entry) -> String {
    let severity = entry.word("/known/severity").unwrap_or("unknown");
    let certainty = entry.word("/known/certainty").unwrap_or("unknown");
    match entry.number("/known/affected_total") {
        Some(1) => format!("{severity}, {certainty}, affects 1"),
        Some(count) => format!("{severity}, {certainty}, affects {count}"),
        None => format!("{severity}, {certainty}"),
    }
}

fn changed(entry: &Entry) -> Told {
    let mut told = Told::new(format!("saw it otherwise than before: {}", known(entry)));
    if let Some(moved) = entry.written::<Moved>("/moved/names") {
        told.with.extend(moved_words(&moved, "joined", "left"));
        return told;
    }
    for (pointer, verb) in [("/moved/joined_total", "joined"), ("/moved/left_total", "left")] {
        let count = entry.number(pointer).filter(|count| *count > 0);
        told.with.extend(count.map(|count| format!("{count} {verb}")));
    }
    told.with(erased(entry, "/moved/names"))
}

fn assigned(entry: &Entry, people: &People) -> Told {
    let owner = entry.word("/owner/person").map(|id| people.name(id));
    let due = entry.instant("/owner/due").map(moment::shown);
    Told::new(format!(
        "put {} behind it, due {}",
        owner.as_deref().unwrap_or("somebody"),
        due.as_deref().unwrap_or("at no date")
    ))
}

fn entrusted(entry: &Entry, people: &People) -> Told {
    let way = match entry.word("/way") {
        Some("system") => "who answers for its system",
        Some("process") => "who owns its process",
        _ => "whom it names itself",
    };
    let by = entry.word("/by").unwrap_or("the policy");
    assigned(entry, people).with(Some(format!("{way}, without a person, as {by} says")))
}

fn chose(entry: &Entry) -> Told {
    let remedy = entry.word("/remedy").unwrap_or("a remedy");
    let system = entry.word("/system").unwrap_or("the system");
    Told::new(format!("chose to {remedy} in {system}")).with(change_of(entry, "/change"))
}

fn fulfilled(entry: &Entry) -> Told {
    let Some(receipt) = entry.written::<Receipt>("/receipt") else {
        return Told::new("had the change made").with(erased(entry, "/receipt"));
    };
    let mut told = Told::new(match receipt.outcome {
        Outcome::Changed => "made the change in the system, which is not yet proof",
        Outcome::AlreadyGone => "found nothing left to change, which is not yet proof",
    });
    told.with.extend(receipt.statements);
    told
}

fn not_verified(entry: &Entry) -> Told {
    let what = match entry.word("/because/because") {
        Some("edge_still_there") => "read back that the change did not take effect",
        Some("another_path") => "read back that it is changed, and the access is still there",
        Some(_) | None => "read back that it is not fixed",
    };
    let still = entry.written::<Vec<Still>>("/because/still").unwrap_or_default();
    let mut told = Told::new(format!("{what}; back to its owner"));
    told.with.extend(still.into_iter().take(STILL_MAX).map(has_it_through));
    told.with(evidence_of(entry, "/evidence"))
}

fn ended(entry: &Entry) -> Told {
    match entry.word("/ending/how") {
        Some("fixed") => Told::new("ended it as fixed: read back after our change")
            .with(evidence_of(entry, "/ending/evidence")),
        Some("gone") => {
            let read = entry.instant("/ending/read_at").map(moment::shown);
            let read = read.map(|at| format!(" of {at}")).unwrap_or_default();
            Told::new(format!("ended it as gone: a complete read{read} does not have it"))
        }
        Some("rule_changed") => Told::new("ended it: the rules changed"),
        Some("not_toxic") => {
            let until = entry.instant("/ending/until").map(moment::shown);
            let until = until.map(|at| format!(" until {at}")).unwrap_or_default();
            Told::new(format!("accepted the dispute: not toxic here{until}"))
                .with(quoted(entry, "/ending/reason"))
        }
        Some(_) | None => Told::new("ended it"),
    }
}

fn change_of(entry: &Entry, pointer: &str) -> Option<String> {
    let change = entry.written::<Change>(pointer).map(|change| change_in_words(&change));
    change.or_else(|| erased(entry, pointer))
}

fn has_it_through(still: Still) -> String {
    format!("still has it: {}", still.path.join(" → "))
}
