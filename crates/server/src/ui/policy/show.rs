//! How the policy stands: which is in force, which is proposed, and what each tier asks for.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::deed::{Deeds, deeds};
use super::picture::Picture;
use super::{short, tabs};
use crate::ask::policy::{Change, Standing, TierRow, history, standing};

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
    picture: Picture,
    tiers: Vec<TierRow>,
    /// Each thing that tiers ask for: about what, and one cell for each tier.
    asks: Vec<(String, Vec<Asks>)>,
    administration: String,
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
    let ids = [
        last.as_ref().and_then(|it| it.signed_by.clone()),
        last.as_ref().and_then(|it| it.countersigned_by.clone()),
        standing.proposal.as_ref().map(|it| it.by.clone()),
    ];
    let people = People::of(door, &visitor.person.to_string(), ids.into_iter().flatten()).await?;
    let deeds = deeds(ui, visitor, &standing).await?;
    let form = Form::new(ui, visitor, standing.sequence)?;
    let frame = Frame::of(ui, visitor, Here::Policy).await?;
    let story = story(last.as_ref(), &people, &moments);
    let page =
        Page::new(frame, (&standing, story), (deeds, form), (&people, &moments), (refused, typed));
    Ok(answer::page(status, &page))
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
        (standing, story): (&Standing, Story),
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
        Self {
            frame,
            tabs: tabs("/policy"),
            refused,
            title: format!("Policy {named} is in force"),
            since: story.since,
            why: story.why,
            digest: standing.digest.clone(),
            proposal,
            picture: Picture::of(&standing.tiers),
            asks: asks(&standing.tiers),
            tiers: standing.tiers.clone(),
            administration: standing.administration.clone(),
            deeds,
            form,
            typed: typed.to_owned(),
        }
    }
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
