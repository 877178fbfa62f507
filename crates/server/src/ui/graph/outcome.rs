//! What changes would do to findings: which would be opened, end and be otherwise, by name. Worked out on
//! a copy by the question that the API and the command line ask, too.

use std::time::Instant;

use countersign_access::engine::{ChangedFinding, Moved};
use countersign_access::finding::{Certainty, Finding as Toxic, Step};
use countersign_store::read::finding::by_fingerprint;

use super::super::moment::Moments;
use super::super::state::Level;
use super::supposed::Line;
use super::{Rest, counted_identities, rests};
use crate::api::graph::not_answered;
use crate::api::problem::Problem;
use crate::ask::finding::PREFIX;
use crate::ask::graph::{Body, Question, WhatIf, moved_words};
use crate::door::{Door, NotDone};
use crate::graph::SAY_LESS_AFTER;

/// Most findings of a sort that are named.
const NAMED_MAX: usize = 50;

/// Most paths of a finding that are told.
const PATHS_MAX: usize = 2;

/// What would be.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Outcome {
    pub(in crate::ui) lead: String,
    /// `bad`, `ok` or nothing.
    pub(in crate::ui) tone: &'static str,
    pub(in crate::ui) icon: &'static str,
    pub(in crate::ui) groups: Vec<Group>,
    pub(in crate::ui) why: Vec<String>,
    pub(in crate::ui) rests: Vec<Rest>,
}

/// Findings to which the same would happen.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Group {
    pub(in crate::ui) title: &'static str,
    pub(in crate::ui) says: &'static str,
    pub(in crate::ui) total: usize,
    pub(in crate::ui) named: Vec<Named>,
}

/// A finding by name.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Named {
    pub(in crate::ui) reference: Option<String>,
    pub(in crate::ui) title: String,
    pub(in crate::ui) level: Level,
    pub(in crate::ui) about: String,
    /// Who joined it and who left it, in words.
    pub(in crate::ui) moved: Vec<String>,
    /// From whom to what, by name.
    pub(in crate::ui) paths: Vec<String>,
}

/// Tries the changes.
pub(super) async fn outcome(
    door: &Door,
    lines: &[Line],
    moments: &Moments,
) -> Result<Outcome, Problem> {
    let texts = |is_added: bool| {
        let those = lines.iter().filter(|line| line.is_added == is_added);
        those.map(|line| line.it.text.clone()).collect::<Vec<_>>()
    };
    let question = Question::WhatIf { remove: texts(false), add: texts(true) };
    let asked = Instant::now();
    let should_stop = move || asked.elapsed() >= SAY_LESS_AFTER;
    let answer = door.graph.ask(move |shown| question.answer_until(&shown.engine, &should_stop));
    let reply = answer.await?.map_err(not_answered)?;
    let Body::WhatIf(what_if) = reply.body else {
        return Err(Problem::malformed("this was no question about a change"));
    };
    let mut outcome = told(&what_if, reply.why_partial, moments);
    let of = [entire(&what_if.opened), entire(&what_if.ended), moved(&what_if.changed)];
    for (group, findings) in outcome.groups.iter_mut().zip(&of) {
        refer(door, group, findings).await?;
    }
    Ok(outcome)
}

/// A finding, and who joined it and left it where somebody may have.
pub(super) type Told<'a> = (&'a Toxic, Option<&'a Moved>);

/// Findings that came or went.
pub(super) fn entire(findings: &[Toxic]) -> Vec<Told<'_>> {
    findings.iter().map(|it| (it, None)).collect()
}

/// Findings that are otherwise.
pub(super) fn moved(findings: &[ChangedFinding]) -> Vec<Told<'_>> {
    findings.iter().map(|it| (&it.finding, Some(&it.moved))).collect()
}

/// Puts to each finding its reference, where it was ever opened.
pub(super) async fn refer(
    door: &Door,
    group: &mut Group,
    findings: &[Told<'_>],
) -> Result<(), NotDone> {
    for (named, (finding, _)) in group.named.iter_mut().zip(findings) {
        let item = by_fingerprint(&door.store, &finding.fingerprint.0).await?;
        named.reference = item.map(|item| format!("{PREFIX}{}", item.row.number));
    }
    Ok(())
}

/// Findings to which the same happens, of so many.
pub(super) fn group(
    title: &'static str,
    says: &'static str,
    (findings, total): (&[Told<'_>], usize),
) -> Group {
    Group { title, says, total, named: findings.iter().take(NAMED_MAX).map(named).collect() }
}

/// The same in words; references are not looked up yet.
pub(in crate::ui) fn told(what_if: &WhatIf, why: Vec<String>, moments: &Moments) -> Outcome {
    let group = |title, says, findings: &[Told<'_>]| group(title, says, (findings, findings.len()));
    let would = Would::of(what_if);
    let (tone, icon) = match (would.opened + would.joined, would.ended + would.left) {
        (0, 0) => ("", "note"),
        (0, _) => ("ok", "ok"),
        (_, _) => ("bad", "late"),
    };
    Outcome {
        lead: would.lead(),
        tone,
        icon,
        groups: vec![
            group(
                "Would be opened",
                "A toxic combination that nobody has today",
                &entire(&what_if.opened),
            ),
            group("Would end", "Nobody would have it any more", &entire(&what_if.ended)),
            group(
                "Would be otherwise",
                "Still there, through other things or for others",
                &moved(&what_if.changed),
            ),
        ],
        why,
        rests: rests(&what_if.rests_on, moments),
    }
}

/// How many findings would become what.
struct Would {
    opened: usize,
    ended: usize,
    changed: usize,
    /// Of those that stay, how many somebody would have who does not today.
    joined: usize,
    /// Of those that stay, how many somebody would not have any more.
    left: usize,
}

impl Would {
    fn of(what_if: &WhatIf) -> Self {
        let changed = &what_if.changed;
        Self {
            opened: what_if.opened.len(),
            ended: what_if.ended.len(),
            changed: changed.len(),
            joined: changed.iter().filter(|it| it.moved.joined_total > 0).count(),
            left: changed.iter().filter(|it| it.moved.left_total > 0).count(),
        }
    }

    fn lead(&self) -> String {
        let Self { opened, ended, changed, joined, left } = *self;
        let toxic = |count: usize| match count {
            1 => "1 toxic combination".to_owned(),
            _ => format!("{count} toxic combinations"),
        };
        let all = [
            (opened, format!("create {}", toxic(opened))),
            (joined, format!("give {} to somebody who does not have it today", toxic(joined))),
            (ended, format!("clear {}", toxic(ended))),
            (left, format!("take {} from somebody who has it today", toxic(left))),
        ];
        let some: Vec<String> =
            all.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
        let none = if opened + joined == 0 { ", and create none" } else { "" };
        match (some.split_last(), changed) {
            (None, 0) => "This would create no toxic combination, and clear none.".to_owned(),
            (None, _) => {
                "This would create no toxic combination, and clear none; some would be otherwise."
                    .to_owned()
            }
            (Some((last, [])), _) => format!("This would {last}{none}."),
            (Some((last, first)), _) => {
                format!("This would {} and {last}{none}.", first.join(", "))
            }
        }
    }
}

fn named((finding, moved): &Told<'_>) -> Named {
    let root = &finding.root_cause;
    let root = if root.name.is_empty() { root.id.as_str() } else { &root.name };
    let potential = match finding.certainty {
        Certainty::Proven => "",
        Certainty::Potential => "; potential: not every step is a fact",
    };
    let total = finding.affected_total;
    Named {
        reference: None,
        title: finding.title.clone(),
        level: Level::of(finding.severity.as_str()),
        about: format!("through {root}, {}{potential}", counted_identities(total)),
        moved: moved.map(|it| moved_words(it, "joined", "left")).unwrap_or_default(),
        paths: finding.paths.iter().take(PATHS_MAX).map(|path| chain(path)).collect(),
    }
}

fn chain(path: &[Step]) -> String {
    let names: Vec<&str> = path.iter().map(|step| step.node.name.as_str()).collect();
    names.join(" \u{2192} ")
}

#[cfg(test)]
mod tests {
    use super::Would;

    #[test]
    fn who_would_join_a_combination_that_is_there_already_is_said_first() {
        let none = Would { opened: 0, ended: 0, changed: 0, joined: 0, left: 0 };
        assert!(none.lead().ends_with("create no toxic combination, and clear none."));
        let joined = Would { changed: 1, joined: 1, ..none };
        assert_eq!(
            joined.lead(),
            "This would give 1 toxic combination to somebody who does not have it today."
        );
        let ended = Would { ended: 2, changed: 1, left: 1, ..none };
        assert_eq!(
            ended.lead(),
            "This would clear 2 toxic combinations and take 1 toxic combination from somebody who has \
             it today, and create none."
        );
        let both = Would { opened: 1, ended: 1, changed: 3, ..none };
        assert_eq!(
            both.lead(),
            "This would create 1 toxic combination and clear 1 toxic combination."
        );
    }
}
