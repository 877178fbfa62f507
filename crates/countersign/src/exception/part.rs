//! The parts of an exception in words: a control with its pulse, how the access is used, whom it covers
//! and whom it does not, and what security objected.

use countersign_access::change::Probe;
use countersign_access::finding::NodeRef;
use countersign_governance::exception::Use;

use super::whole::{Control, Coverage, Renews, Uncovered, Veto, Whole};
use super::window;
use crate::client::moment;
use crate::client::people::People;
use crate::client::table::{INDENT, field, labelled};
use crate::output::{plain, wrap};

/// Most identities that are named.
const NAMED_MAX: usize = 10;

/// A control: what it does, how it is tested, and its pulse.
pub(super) fn control(it: &Control, people: &People) -> Vec<String> {
    let what = it.what.clone().unwrap_or_else(|| "its text was erased".to_owned());
    let test = it.test.as_ref().map_or_else(|| "its test was erased".to_owned(), tested);
    let asked = match &it.system {
        Some(system) => format!("asked of {system}"),
        None => "asked of the graph".to_owned(),
    };
    vec![
        format!("{what}; {} answers for it", people.name(&it.owner)),
        format!(
            "tested: {test}; {asked} every {}, and a passed test counts for {}",
            hours(it.every_hours),
            hours(it.max_age_hours)
        ),
        pulse(it),
    ]
}

/// What the last test showed, when that was read, until when it counts, and when the next is due.
fn pulse(it: &Control) -> String {
    let shown = match (it.verdict.as_deref(), it.tested_at) {
        (Some("unknown"), Some(at)) => format!("could not be told on {}", moment::shown(at)),
        (Some(verdict), Some(at)) => format!("{verdict}, read on {}", moment::shown(at)),
        (Some(_), None) | (None, _) => "not tested yet".to_owned(),
    };
    let holds = match it.holds_until {
        Some(until) => format!("; counts until {}", moment::shown(until)),
        None => "; counts for nothing".to_owned(),
    };
    let next = it.next_test_at.map(|at| format!("; next test {}", moment::shown(at)));
    format!("{shown}{holds}{}", next.unwrap_or_default())
}

fn tested(probe: &Probe) -> String {
    match probe {
        Probe::NoLogin { account } => format!("{account} cannot sign in"),
        Probe::ExpiresWithin { credential, days } => {
            format!("{credential} ends within {days} days")
        }
        Probe::PathAbsent { from, to } => format!("there is no path from {from} to {to}"),
    }
}

/// Hours as people say them.
fn hours(count: u32) -> String {
    moment::span(jiff::SignedDuration::from_hours(i64::from(count)))
}

/// How the access is used.
pub(super) fn used(used: &Use) -> String {
    match used {
        Use::Continuous => "at any time".to_owned(),
        Use::Window(window) => window::in_words(window.written()),
    }
}

/// What it renews, and what the last period showed.
pub(super) fn renewal(it: &Renews) -> Vec<String> {
    let erased = || "its text was erased".to_owned();
    let mut lines = vec![format!(
        "renewal {} of {}; used for: {}",
        it.renewal,
        it.exception,
        it.used_for.clone().unwrap_or_else(erased)
    )];
    match &it.evidence {
        None => lines.push("what its last period showed was erased".to_owned()),
        Some(period) => {
            lines.extend(period.controls.iter().map(|it| {
                let (passed, failed, unknown) = (it.passed, it.failed, it.unknown);
                let number = it.control;
                format!(
                    "control {number} before: {passed} passed, {failed} failed, {unknown} unknown"
                )
            }));
            let used = period.last_used.map(moment::shown);
            let used = used.unwrap_or_else(|| "no source says when".to_owned());
            lines.push(format!(
                "last used: {used}; without it the rule would {} then",
                period.would
            ));
        }
    }
    lines.extend(it.plan.iter().map(|step| {
        let what = step.what.clone().unwrap_or_else(erased);
        format!("it goes by {}: {what}", moment::shown(step.by))
    }));
    lines
}

/// What security objected, and what the owner answered.
pub(super) fn veto(veto: &Veto, people: &People) -> Vec<String> {
    let quoted = |words: &Option<String>| match words {
        Some(words) => format!("\u{201c}{words}\u{201d}"),
        None => "its text was erased".to_owned(),
    };
    let by = people.name(&veto.by);
    let mut lines = vec![format!("{by} on {}: {}", moment::shown(veto.at), quoted(&veto.reason))];
    lines.push(if veto.binds {
        "it binds: nobody has answered".to_owned()
    } else {
        format!("its owner answered: {}", quoted(&veto.answer))
    });
    lines
}

/// Whom it covers, what of theirs, and whom it does not cover.
pub(super) fn coverage(whole: &Whole) -> String {
    let mut text = match &whole.covers {
        None => field("covers", "their text was erased"),
        Some(covers) => {
            let mut words = names(&covers.identities);
            if !covers.credentials.is_empty() {
                words.push_str(&format!("; credentials: {}", names(&covers.credentials)));
            }
            words.push_str(&reached(covers));
            for cut in &covers.left_out {
                words.push_str(&format!("; {cut}"));
            }
            field("covers", &words)
        }
    };
    if whole.row.is_over() {
        return text;
    }
    if !whole.not_covered_exact {
        let total = whole.not_covered_total;
        let words = format!("at least {total} more whom the finding affects, too many to list");
        text.push_str(&field("not covered", &words));
        return text;
    }
    if whole.not_covered.is_empty() {
        text.push_str(&field("not covered", "nobody whom the finding affects now"));
        return text;
    }
    let lines: Vec<String> = whole
        .not_covered
        .iter()
        .take(NAMED_MAX)
        .map(|it| wrap(&plain(&uncovered(it)), INDENT))
        .collect();
    text.push_str(&labelled("not covered", &lines.concat()));
    let more = whole.not_covered.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        text.push_str(&field("", &format!("and {more} more")));
    }
    text
}

/// How far the access goes.
fn reached(covers: &Coverage) -> String {
    let resources = match covers.resources_total {
        0 => "no resource".to_owned(),
        1 => "1 resource".to_owned(),
        many => format!("{many} resources"),
    };
    let systems = covers.systems.join(", ");
    let systems = if systems.is_empty() { "no system".to_owned() } else { systems };
    format!("; reaches {resources} in {systems}")
}

fn uncovered(it: &Uncovered) -> String {
    let since = moment::shown(it.since);
    match &it.excepted_by {
        Some(other) => format!("{} since {since}, covered by {other}", it.identity),
        None => format!("{} since {since}, with a clock of its own", it.identity),
    }
}

fn names(nodes: &[NodeRef]) -> String {
    let named = nodes.iter().take(NAMED_MAX).map(|node| match node.name.as_str() {
        name if name.is_empty() || node.id.as_str().ends_with(name) => node.id.to_string(),
        name => format!("{name} ({})", node.id),
    });
    let named: Vec<String> = named.collect();
    match nodes.len().saturating_sub(NAMED_MAX) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
