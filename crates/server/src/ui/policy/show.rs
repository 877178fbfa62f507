//! How the policy stands: which is in force, which is proposed, and what each tier asks for.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::{People, seats};
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::consequence::{self, Told};
use super::deed::{Deeds, deeds};
use super::picture::Picture;
use super::{short, tabs};
use crate::ask::policy::{
    Bears, Change, Consequences, Costs, NotCompared, Standing, TierRow, between, history, standing,
};

#[derive(Debug, Template)]
#[template(path = "policy/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    tabs: Vec<(&'static str, &'static str, bool)>,
    refused: Option<Refused>,
    title: String,
    /// How it came into force, in words.
    since: String,
    why: String,
    digest: String,
    proposal: Option<Proposal>,
    /// What the proposed one would change for open cases.
    consequence: Option<Told>,
    picture: Picture,
    tiers: Vec<TierRow>,
    /// Each thing that tiers ask for: about what, and one cell for each tier.
    asks: Vec<(String, Vec<Asks>)>,
    administration: String,
    /// Groups of the provider of sign-ins, with their seats in words.
    groups: Vec<(String, String)>,
    deeds: Deeds,
    form: Form,
    /// The reason that was typed already.
    typed: String,
}

/// What one tier asks for.
#[derive(Debug, Clone)]
struct Asks {
    tier: String,
    is: String,
    baseline: String,
}

/// What waits for a second person.
#[derive(Debug, Clone)]
struct Proposal {
    title: String,
    digest: String,
    short: String,
    from: String,
    by: String,
    why: String,
    at: At,
    until: At,
}

/// What came into force last, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Story {
    pub(super) since: String,
    pub(super) why: String,
}

/// The page.
pub(in crate::ui) async fn show(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    render(&ui, &visitor, (StatusCode::OK, None), "").await
}

/// The page, with what was refused.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (status, refused): (StatusCode, Option<Refused>),
    typed: &str,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let standing = standing(door).await?;
    let moments = Moments::new(door.clock.now());
    let last = history(door, 0).await?.items.into_iter().rev().find(|it| it.what == "adopted");
    let told = consequences(ui, &standing).await?;
    let ids = [
        last.as_ref().and_then(|it| it.signed_by.clone()),
        last.as_ref().and_then(|it| it.countersigned_by.clone()),
        standing.proposal.as_ref().map(|it| it.by.clone()),
    ];
    let ids = ids.into_iter().flatten().chain(consequence::people(told.as_ref()));
    let people = People::of(door, &visitor.person.to_string(), ids).await?;
    let deeds = deeds(ui, visitor, &standing).await?;
    let form = Form::new(ui, visitor, standing.sequence)?;
    let frame = Frame::of(ui, visitor, Here::Policy).await?;
    let story = story(last.as_ref(), &people, &moments);
    let about = (&standing, story, told.as_ref());
    let page = Page::new(frame, about, (deeds, form), (&people, &moments), (refused, typed));
    Ok(answer::page(status, &page))
}

/// What the proposed policy would change; nothing where none is proposed, or one of the two cannot be read
/// here, which its comparison says.
async fn consequences(ui: &Ui, standing: &Standing) -> Result<Option<Consequences>, Halt> {
    let Some(proposal) = &standing.proposal else { return Ok(None) };
    match between(&ui.api.workers.door, &standing.digest, &proposal.digest).await {
        Ok(told) => Ok(Some(told)),
        Err(NotCompared::NotKept(_)) => Ok(None),
        Err(NotCompared::NotDone(why)) => Err(why.into()),
    }
}

pub(super) fn story(last: Option<&Change>, people: &People, moments: &Moments) -> Story {
    let Some(last) = last else { return Story::default() };
    let by = match (&last.signed_by, &last.countersigned_by) {
        (Some(one), Some(two)) => {
            format!("proposed by {}, countersigned by {}", people.name(one), people.name(two))
        }
        (Some(one), None) => format!("put in force by {} alone", people.name(one)),
        (None, _) => "put in force by the first start".to_owned(),
    };
    Story {
        since: format!("{} {by}", moments.at(last.at).words),
        why: last.why.clone().unwrap_or_default(),
    }
}

impl Page {
    pub(super) fn new(
        frame: Frame,
        (standing, story, told): (&Standing, Story, Option<&Consequences>),
        (deeds, form): (Deeds, Form),
        (people, moments): (&People, &Moments),
        (refused, typed): (Option<Refused>, &str),
    ) -> Self {
        let named = standing.policy.clone().unwrap_or_else(|| short(&standing.digest));
        let proposal = standing.proposal.as_ref().map(|it| Proposal {
            title: it.policy.clone(),
            digest: it.digest.clone(),
            short: short(&it.digest),
            from: standing.digest.clone(),
            by: people.name(&it.by),
            why: it.why.clone().unwrap_or_else(|| "the reason was erased".to_owned()),
            at: moments.at(it.at),
            until: moments.at(it.until),
        });
        let groups = standing.groups.iter().map(|it| (it.name.clone(), seats(&it.seats)));
        Self {
            frame,
            tabs: tabs("/policy"),
            refused,
            title: format!("Policy {named} is in force"),
            since: story.since,
            why: story.why,
            digest: standing.digest.clone(),
            proposal,
            consequence: told.map(|told| Told::of(told, people)),
            picture: Picture::of(&standing.tiers),
            asks: asks(&standing.tiers),
            tiers: standing.tiers.clone(),
            administration: standing.administration.clone(),
            groups: groups.collect(),
            deeds,
            form,
            typed: typed.to_owned(),
        }
    }
}

impl Page {
    /// What operations says, in words.
    #[expect(clippy::unused_self, reason = "templates call what belongs to their page")]
    fn bears(&self, it: &Bears) -> String {
        let whose = it.process.as_ref().map_or_else(String::new, |it| format!("{it}: "));
        let hours = match it.hours.as_str() {
            "working" => "counted in working hours",
            _ => "around the clock",
        };
        let meanwhile = match it.safe_failure.as_str() {
            "degrade" => "meanwhile the work goes on with less",
            "queue" => "meanwhile the work waits",
            "fail_over" => "meanwhile the work goes on elsewhere",
            _ => "meanwhile the work stops",
        };
        let wait = hours_of(it.decide_hours_max);
        format!("{whose}a decision may take {wait}, {hours}; {meanwhile}")
    }

    /// What the business agreed to, in words.
    #[expect(clippy::unused_self, reason = "templates call what belongs to their page")]
    fn costs(&self, it: &Costs) -> String {
        let whose = it.process.as_ref().map_or_else(String::new, |it| format!("{it}: "));
        let wait = hours_of(it.hours_per_case);
        let by = match it.owner.as_str() {
            "process-owner" => "whoever owns the process",
            other => other,
        };
        format!("{whose}{wait} of waiting for a case, agreed by {by}")
    }
}

fn hours_of(hours: u32) -> String {
    if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }
}

/// What the tiers ask for, by what it is about.
fn asks(tiers: &[TierRow]) -> Vec<(String, Vec<Asks>)> {
    let Some(first) = tiers.first() else { return Vec::new() };
    let cell = |tier: &TierRow, key: &str| {
        let found = tier.asks.iter().find(|it| it.key == key)?;
        let baseline = found.baseline.clone().unwrap_or_default();
        Some(Asks { tier: tier.title.clone(), is: found.is.clone(), baseline })
    };
    let row = |key: &str| tiers.iter().filter_map(|tier| cell(tier, key)).collect();
    first.asks.iter().map(|it| (it.about.clone(), row(&it.key))).collect()
}
