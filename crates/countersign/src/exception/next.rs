//! The next steps of an exception: what, by which command, and who can take it.

use super::whole::Whole;
use crate::client::moment;
use crate::client::people::People;

/// A next step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    /// The command, or what happens by itself.
    pub(super) step: String,
    /// Who can, by name; nobody where it goes on by itself.
    pub(super) who: Option<String>,
}

/// What comes next; nothing for an exception that is in force or over.
pub(super) fn next(whole: &Whole, people: &People) -> Vec<Next> {
    let reference = &whole.row.reference;
    let command = |verb: &str| format!("countersign exception {verb}");
    let step = |step: String, who: String| Next { step, who: Some(who) };
    let owner = || format!("{}, who owns it", people.name(&whole.row.owner));
    let seat = |seat: &str| format!("{} ({seat} seat)", people.in_seats(&[seat], &others(whole)));
    let mut steps = Vec::new();
    if whole.row.is_over() {
        return steps;
    }
    if whole.is_vetoed() {
        steps.push(step(command(&format!("answer {reference} --reason TEXT")), owner()));
    }
    match whole.row.status.as_str() {
        "in_review" => {
            if whole.signed("business").is_none() {
                let words = format!("accept {reference}, or reject {reference} --reason TEXT");
                steps.push(step(command(&words), owner()));
            }
            if whole.signed("control").is_none() {
                let words = format!("confirm {reference} --statement TEXT");
                steps.push(step(command(&words), seat("control")));
            }
            if whole.is_regulated() && whole.signed("legal").is_none() {
                steps.push(step(command(&format!("sign {reference}")), seat("legal")));
            }
            steps.extend(tests(whole));
        }
        "suspended" => {
            steps.extend(tests(whole));
            let words = format!("resume {reference} --statement TEXT, once it is put right");
            steps.push(step(command(&words), seat("control")));
        }
        _ => {}
    }
    steps
}

/// Controls that must be shown to work first; that is read by itself.
fn tests(whole: &Whole) -> Vec<Next> {
    let waits = |number: u32| {
        let begins = format!("control {number} ");
        whole.waits_for.iter().any(|it| it.starts_with(&begins))
    };
    let unproven = whole.controls.iter().filter(|it| waits(it.number));
    let shown = unproven.map(|it| {
        let at = it.next_test_at.map(|at| format!(" on {}", moment::shown(at)));
        let at = at.unwrap_or_else(|| " in a moment".to_owned());
        Next { step: format!("control {} is tested by itself{at}", it.number), who: None }
    });
    shown.collect()
}

/// Who signed from a seat signs from no other.
fn others(whole: &Whole) -> Vec<&str> {
    whole.requested_by.iter().map(String::as_str).chain([whole.row.owner.as_str()]).collect()
}
