//! The form that asks for an exception: the reason in its parts, who carries the risk, how the access is
//! used, what keeps the risk down and how that is tested, and until when. It says before the signature
//! what exactly is frozen. Nothing that was typed is lost.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::finding::Finding as Toxic;
use countersign_access::rule::Severity;
use countersign_governance::id::FindingId;
use countersign_governance::refusal::{NotFrozen, Refusal};
use countersign_governance::seat::SeatName;
use jiff::{SignedDuration, Timestamp};

use super::super::finding::{Told, since, titles};
use super::super::form::{Fields, Form, Posted};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{Dial, Moments};
use super::super::person::{Who, active, in_seat};
use super::super::refusal::Refused;
use super::super::state::Level;
use super::super::tier::Weight;
use super::super::visitor::Visitor;
use super::super::{Ui, again, answer};
use super::draft::{
    Bad, CONTROLS_MAX, WEEKDAYS, content, controls, field, may_name_more, requesters,
};
use super::matter::{identities, names};
use super::probe::{Offer, offers};
use super::renew::Renewing;
use super::trial::who_can;
use super::unsigned::cannot_sign;
use crate::about::Coverage;
use crate::api::exception::propose::{Content, asked};
use crate::api::exception::renew;
use crate::api::finding::find;
use crate::api::problem::Problem;
use crate::ask::exception::PREFIX;
use crate::ask::finding::{Whole, bare, whole};
use crate::ask::tier::{self, Tier};
use crate::ask::unsigned::unsigned;
use crate::door::{Asked, NotDone};

/// All that the form is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Known {
    /// The finding as the ledger names it.
    pub(in crate::ui) finding: String,
    pub(in crate::ui) toxic: Toxic,
    pub(in crate::ui) reference: String,
    pub(in crate::ui) title: String,
    pub(in crate::ui) severity: Severity,
    pub(in crate::ui) tier: Option<Tier>,
    pub(in crate::ui) due_at: Option<Timestamp>,
    pub(in crate::ui) opened_at: Timestamp,
    pub(in crate::ui) covers: Coverage,
    pub(in crate::ui) owners: Vec<Who>,
    pub(in crate::ui) answer_for: Vec<Who>,
    pub(in crate::ui) offers: Vec<Offer>,
    /// Seats from which nobody could sign it, in words.
    pub(in crate::ui) unsigned: Vec<String>,
    /// Why nothing can be asked for at all.
    pub(in crate::ui) no: Option<Refused>,
    pub(in crate::ui) form: Form,
    /// What it renews, where it is no first one.
    pub(in crate::ui) renewing: Option<Renewing>,
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) struct Typed {
    pub(in crate::ui) fields: Fields,
    pub(in crate::ui) bad: Vec<Bad>,
    pub(in crate::ui) refused: Option<Refused>,
    /// What happened to the finding since the form was opened: what would be frozen may be another.
    pub(in crate::ui) meanwhile: Vec<Told>,
}

#[derive(Debug, Template)]
#[template(path = "exception/propose.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    known: Known,
    typed: Typed,
    level: Level,
    numbers: Vec<String>,
    may_add: bool,
    requesters: Vec<String>,
    may_name_more: bool,
    weekdays: [(&'static str, &'static str); 7],
    days_max: i64,
    last_day: String,
    last_words: String,
    review_max: i64,
    ticket_required: bool,
    weight: Option<Weight>,
    zone: String,
    clock: Option<Dial>,
    covered: String,
    identities: String,
    credentials: String,
    systems: String,
    /// What was typed, where there is no form for it any more.
    words: String,
}

/// The form.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let known = known(&ui, &visitor, &reference, None).await?;
    render(&ui, &visitor, known, (StatusCode::OK, Typed::default())).await
}

/// What was sent: one more control, one more who asked for it, or the proposal.
pub(in crate::ui) async fn send(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let known = known(&ui, &posted.visitor, &reference, None).await?;
    sent(&ui, &posted, known).await
}

/// Reads what was sent and gives it to the door; what is wrong is shown with all that was typed.
pub(super) async fn sent(ui: &Ui, posted: &Posted, known: Known) -> Result<Response, Halt> {
    let fields = posted.fields.clone();
    if matches!(fields.get("do"), "more" | "requester") {
        let typed = Typed { fields, ..Typed::default() };
        return render(ui, &posted.visitor, known, (StatusCode::OK, typed)).await;
    }
    let meanwhile = meanwhile(ui, posted, &known).await?;
    if !meanwhile.is_empty() {
        let typed = Typed { fields, meanwhile, ..Typed::default() };
        let status = StatusCode::PRECONDITION_FAILED;
        return render(ui, &posted.visitor, known, (status, typed)).await;
    }
    let moments = Moments::new(ui.api.workers.door.clock.now());
    let content = match content(&known.reference, &fields, &known.offers, &moments) {
        Ok(content) => content,
        Err(bad) => {
            let typed = Typed { fields, bad, ..Typed::default() };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return render(ui, &posted.visitor, known, (status, typed)).await;
        }
    };
    match give(ui, posted, (&content, known.renewing.as_ref()), &moments).await {
        Ok(number) => Ok(answer::see(&format!("/exceptions/{PREFIX}{number}"))),
        Err(problem) => {
            if let Some(offered) = again::offer(ui, posted, (WANTED, &problem)).await? {
                return Ok(offered);
            }
            let refused = Refused::of(WANTED, &problem);
            let bad = field(&problem).map(|field| (field, refused.why.clone()));
            let bad = bad.into_iter().collect();
            let typed = Typed { fields, bad, refused: Some(refused), ..Typed::default() };
            render(ui, &posted.visitor, known, (problem.status(), typed)).await
        }
    }
}

/// What somebody wanted who sent the form.
const WANTED: &str = "You wanted to ask for an exception";

/// The form that was kept, filled in again.
pub(in crate::ui) async fn again(
    ui: &Ui,
    visitor: &Visitor,
    reference: &str,
    fields: Fields,
) -> Result<Response, Halt> {
    let known = known(ui, visitor, reference, None).await?;
    filled_again(ui, visitor, known, fields).await
}

/// A form with what was typed before somebody signed in again.
pub(super) async fn filled_again(
    ui: &Ui,
    visitor: &Visitor,
    known: Known,
    fields: Fields,
) -> Result<Response, Halt> {
    let refused = Some(Refused::until_now(WANTED));
    let typed = Typed { fields, refused, ..Typed::default() };
    render(ui, visitor, known, (StatusCode::OK, typed)).await
}

/// What happened to the finding since the form was opened.
async fn meanwhile(ui: &Ui, posted: &Posted, known: &Known) -> Result<Vec<Told>, Halt> {
    let Some(seen) = posted.fields.number("seen") else {
        return Err(Problem::malformed("the form does not say what it showed").into());
    };
    if seen >= known.form.seen {
        return Ok(Vec::new());
    }
    let you = posted.visitor.person.to_string();
    let finding = (known.finding.as_str(), Some(&known.toxic));
    Ok(since(&ui.api.workers.door, finding, seen, &you).await?)
}

async fn give(
    ui: &Ui,
    posted: &Posted,
    (content, renewing): (&Content, Option<&Renewing>),
    moments: &Moments,
) -> Result<i64, Problem> {
    let (command, texts) = match renewing {
        Some(it) => renew::asked(&ui.api, &it.of, content, &it.anew(posted, moments)?).await?,
        None => asked(&ui.api, content).await?,
    };
    let about = renewing.map(|it| format!("{} renew", it.of.row.id));
    let about = about.as_deref().unwrap_or("exceptions propose");
    let asked = posted.visitor.asks(command).with_texts(texts);
    let asked = Asked { once: posted.once(about), ..asked };
    let done = ui.api.workers.door.act(asked).await?;
    Ok(done.number.unwrap_or_default())
}

pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    known: Known,
    (status, typed): (StatusCode, Typed),
) -> Result<Response, Halt> {
    let frame = Frame::of(ui, visitor, Here::Findings).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(status, &Page::new(frame, known, typed, &moments)))
}

/// Reads all that the form is made of, for a first exception or for the renewal of one.
pub(super) async fn known(
    ui: &Ui,
    visitor: &Visitor,
    reference: &str,
    renewing: Option<Renewing>,
) -> Result<Known, Halt> {
    let door = &ui.api.workers.door;
    let item = find(&ui.api, reference).await?;
    let whole = whole(door, &item).await?;
    let you = visitor.person.to_string();
    let Some(toxic) = &whole.detail else {
        return Err(
            Problem::from(NotDone::Refused(Refusal::CannotFreeze(NotFrozen::NoRecord))).into()
        );
    };
    let covers = Coverage::of(&door.graph.read(), toxic);
    let offers = offers(ui, toxic, &covers);
    let id: FindingId = bare(&item.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    let renewals = renewing.as_ref().map_or(0, |it| it.number);
    let cannot = unsigned(door, (id, None, renewals), &covers, &[]).await?;
    let seated = in_seat(door, SeatName::Business, &you).await?;
    let (owners, no) = who_can(ui, visitor, (&whole, &offers, renewing.as_ref()), seated).await?;
    let tier = match renewing {
        Some(_) => tier::of(door, (id, renewals)).await?,
        None => whole.tier.clone(),
    };
    Ok(Known {
        finding: item.row.id.clone(),
        toxic: toxic.clone(),
        title: title(ui, toxic, &whole),
        severity: toxic.severity,
        tier,
        renewing,
        due_at: whole.row.due_at.filter(|_| whole.row.ended_at.is_none()),
        opened_at: whole.row.opened_at,
        owners,
        answer_for: active(door, &you).await?,
        no,
        form: Form::new(ui, visitor, whole.row.sequence)?,
        reference: whole.row.reference,
        covers,
        offers,
        unsigned: cannot_sign(door, cannot).await?,
    })
}

fn title(ui: &Ui, toxic: &Toxic, whole: &Whole) -> String {
    if toxic.title.is_empty() {
        titles(&ui.api.workers.door)(&whole.row.rule)
    } else {
        toxic.title.clone()
    }
}

/// All sentences that were typed, one after the other.
fn words(fields: &Fields) -> String {
    let names = ["used_for", "need", "not_removable", "would_change"].map(str::to_owned);
    let controls = (1..=controls(fields)).map(|number| format!("what-{number}"));
    let typed = names.into_iter().chain(controls).map(|name| fields.get(&name).to_owned());
    typed.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n\n")
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, typed: Typed, moments: &Moments) -> Self {
        let count = controls(&typed.fields);
        let days_max = known.tier.as_ref().map_or(0, |tier| tier.days_max);
        let longest = SignedDuration::from_hours(days_max.saturating_mul(24));
        let end = moments.now.saturating_add(longest).unwrap_or(Timestamp::MAX);
        let last_day = moments.day_before(end);
        let or_none =
            |names: String| if names.is_empty() { "none that is known".to_owned() } else { names };
        let total = i64::try_from(known.covers.identities.len()).unwrap_or(i64::MAX);
        Self {
            level: Level::of(known.severity.as_str()),
            numbers: (1..=count).map(|number| number.to_string()).collect(),
            may_add: count < CONTROLS_MAX,
            requesters: (1..=requesters(&typed.fields)).map(|number| number.to_string()).collect(),
            may_name_more: may_name_more(&typed.fields),
            weekdays: WEEKDAYS,
            days_max,
            last_words: moments
                .end_of(&last_day)
                .map(|at| moments.last_day(at))
                .unwrap_or_default(),
            last_day,
            review_max: known.tier.as_ref().map_or(0, |tier| tier.review_days_max),
            ticket_required: known.tier.as_ref().is_some_and(|tier| tier.ticket_required),
            weight: known.tier.as_ref().map(Weight::of),
            zone: moments.zone_name(),
            clock: known.due_at.map(|due| moments.dial(known.opened_at, due, due <= moments.now)),
            covered: identities(total),
            identities: or_none(names(&known.covers.identities)),
            credentials: or_none(names(&known.covers.credentials)),
            systems: or_none(known.covers.systems.join(", ")),
            words: words(&typed.fields),
            frame,
            known,
            typed,
        }
    }

    /// Where the form is sent, and where it is left for.
    fn address(&self) -> String {
        match &self.known.renewing {
            Some(it) => format!("/exceptions/{}/renew", it.reference),
            None => format!("/findings/{}/except", self.known.reference),
        }
    }

    /// What was typed into a field.
    fn of(&self, field: &str) -> &str {
        self.typed.fields.get(field)
    }

    /// What was typed into a field of a control, or what stands there at first.
    fn at<'a>(&'a self, field: &str, number: &str, first: &'a str) -> &'a str {
        let name = format!("{field}-{number}");
        let typed = self.typed.fields.get(&name);
        let is_new =
            self.typed.fields.get(&format!("test-{number}")).is_empty() && typed.is_empty();
        if is_new { first } else { typed }
    }

    /// What must be mended in a field.
    fn bad(&self, field: &str) -> Option<&str> {
        let bad = self.typed.bad.iter().find(|(bad, _)| bad == field);
        bad.map(|(_, words)| words.as_str())
    }

    /// What must be mended in a field of a control.
    fn bad_at(&self, field: &str, number: &str) -> Option<&str> {
        self.bad(&format!("{field}-{number}"))
    }
}
