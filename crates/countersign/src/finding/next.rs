//! The next step of a finding: what, by which command, and who can take it.

use super::whole::Whole;
use crate::client::people::People;

/// The next step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    /// The command, or what happens by itself.
    pub(super) step: String,
    /// Who can, by name; nobody where it goes on by itself.
    pub(super) who: Option<String>,
}

/// What comes next; nothing for a finding that has ended.
pub(super) fn next(whole: &Whole, people: &People) -> Vec<Next> {
    let reference = &whole.row.reference;
    let step = |step: String, who: String| Next { step, who: Some(who) };
    let mut steps = Vec::new();
    if whole.is_disputed() {
        let command = format!(
            "countersign finding settle {reference} --reject --reason TEXT, or --not-toxic-until DATE"
        );
        let by = whole.case_text("/dispute/by");
        let but: Vec<&str> = by.into_iter().chain(whole.row.owner.as_deref()).collect();
        steps.push(step(command, people.in_seats(&["security"], &but)));
    }
    let owner = || {
        let owner = whole.row.owner.as_deref();
        format!(
            "{}, who owns it",
            owner.map_or_else(|| "its owner".to_owned(), |it| people.name(it))
        )
    };
    match whole.row.status.as_str() {
        "open" => {
            let command = format!("countersign finding assign {reference} --owner NAME");
            let who = people.in_seats(&["business", "control", "security"], &[]);
            steps.push(step(command, format!("{who} (business, control or security seat)")));
        }
        "assigned" => {
            steps.push(step(format!("countersign finding choose {reference} --option N"), owner()));
        }
        "chosen" => {
            let command = format!("countersign finding order {reference}, first with --dry-run");
            let who = people.in_seats(&["control"], &[]);
            steps.push(step(command, format!("{who} (control seat)")));
        }
        "remediating" => steps.push(Next {
            step:
                "the system is being changed; where it is read-only, a person runs the script of \
                   `countersign finding preview`"
                    .to_owned(),
            who: None,
        }),
        "fulfilled" => steps.push(Next {
            step: "the system is being read back; only that can end it as fixed".to_owned(),
            who: None,
        }),
        _ => {}
    }
    steps
}
