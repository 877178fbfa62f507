//! Who could own an exception, and why nobody could ask for it at all: the door is asked what it would
//! answer to a proposal as somebody would make it.

use countersign_governance::control::NoControls;
use countersign_governance::exception::Use;
use countersign_governance::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::super::Ui;
use super::super::halt::Halt;
use super::super::person::Who;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::probe::Offer;
use super::renew::Renewing;
use crate::api::exception::propose::{self, Content, Controlled};
use crate::api::exception::renew;
use crate::api::problem::Problem;
use crate::ask::finding::Whole;
use crate::door::NotDone;

/// Most people who are asked about whether they could own it.
const TRIED_MAX: usize = 40;

/// Who could own it, as the door would answer; and why nobody could ask for it at all.
pub(super) async fn who_can(
    ui: &Ui,
    visitor: &Visitor,
    (whole, offers, renewing): (&Whole, &[Offer], Option<&Renewing>),
    seated: Vec<Who>,
) -> Result<(Vec<Who>, Option<Refused>), Halt> {
    let mut trials = Vec::new();
    for who in seated.iter().take(TRIED_MAX) {
        let Some(content) = trial(ui, visitor, (whole, offers), &who.id) else { break };
        let (command, texts) = match renewing {
            Some(it) => {
                let anew = Renewing::trial(content.until);
                renew::asked(&ui.api, &it.of, &content, &anew).await?
            }
            None => propose::asked(&ui.api, &content).await?,
        };
        trials.push(visitor.asks(command).with_texts(texts));
    }
    let answers = match ui.api.workers.door.would(trials).await {
        Ok(answers) => answers,
        Err(not_done) => {
            let refused = Refused::of("", &Problem::from(not_done));
            return Ok((Vec::new(), Some(refused)));
        }
    };
    let cannot = |at: usize| matches!(answers.get(at), Some(Err(Refusal::CannotOwn)));
    let no = answers.iter().find_map(|answer| match answer {
        Err(Refusal::CannotOwn | Refusal::ControlOwner { .. }) | Ok(()) => None,
        Err(refusal) => Some(Refused::of("", &NotDone::Refused(refusal.clone()).into())),
    });
    let owners: Vec<Who> =
        seated.into_iter().enumerate().filter(|(at, _)| !cannot(*at)).map(|(_, who)| who).collect();
    let no = no.or_else(|| if offers.is_empty() { Some(no_test()) } else { None });
    Ok((owners, no))
}

/// A proposal as somebody would make it, with words in place of theirs.
fn trial(
    ui: &Ui,
    visitor: &Visitor,
    (whole, offers): (&Whole, &[Offer]),
    owner: &str,
) -> Option<Content> {
    let words = || "a look at what would be answered".to_owned();
    let tomorrow = SignedDuration::from_hours(24);
    let offer = offers.first()?;
    Some(Content {
        finding: whole.row.reference.clone(),
        owner: owner.parse().unwrap_or(Uuid::nil()),
        need: words(),
        not_removable: words(),
        would_change: words(),
        used: Use::Continuous,
        controls: vec![Controlled {
            what: words(),
            owner: visitor.person.0,
            system: offer.system.clone(),
            test: offer.with_days(1),
            every_hours: 24,
            max_age_hours: 48,
        }],
        until: ui.api.workers.door.clock.now().saturating_add(tomorrow).unwrap_or(Timestamp::MAX),
        review_days: 1,
        requested_by: Vec::new(),
        ticket: Some("TICKET-1".to_owned()),
    })
}

fn no_test() -> Refused {
    let words = "nothing on the paths of this finding is in a system that this server can ask";
    let next = "connect the system, or propose a control of your own with the API";
    let refusal = Refusal::Controls(NoControls::None);
    Refused::of("", &Problem::refused(&refusal).because(words).then(next))
}
