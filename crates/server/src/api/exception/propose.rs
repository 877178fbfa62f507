//! POST /api/v1/exceptions

use axum::extract::State;
use axum::response::Response;
use countersign_access::change::Probe;
use countersign_access::fact::SourceId;
use countersign_access::node::NodeId;
use countersign_governance::Command;
use countersign_governance::control::{Control, Test, TestKind};
use countersign_governance::exception::{
    Command as Verb, Ticket, Use, Why, Window, propose as decided,
};
use countersign_governance::id::{ExceptionId, FindingId, PersonId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::reply::{self, Done};
use crate::ask::exception as ask;
use crate::ask::finding::bare;
use crate::door::{Asked, NotDone};
use crate::shape;
use crate::text::Text;

/// A proposal: all four parts, the owner and the cadence. What it covers is frozen from the graph.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionPropose)]
pub struct Content {
    /// The finding that it is about: `FN-12`, or its id.
    pub finding: String,
    /// The id of the one person who shall carry the risk: active, in the business seat, with no part
    /// in the access.
    pub owner: Uuid,
    /// What the access is needed for, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub need: String,
    /// Why it cannot be removed now, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub not_removable: String,
    /// What would change that, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub would_change: String,
    /// How the access is used: at any time, or within a weekly window.
    #[schema(schema_with = shape::used)]
    pub used: Use,
    /// The compensating controls, at least one.
    #[schema(min_items = 1, max_items = 20)]
    pub controls: Vec<Controlled>,
    /// When it ends, exclusive.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Days between two reviews by the owner.
    #[schema(minimum = 1, maximum = 365)]
    pub review_days: u16,
    /// The ids of those who asked for the access: they sign nothing here.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub requested_by: Vec<Uuid>,
    /// The ticket that belongs to it, by its reference or address, without spaces; some tiers require
    /// one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub ticket: Option<String>,
}

/// A compensating control.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionProposeControl)]
pub struct Controlled {
    /// What it does, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub what: String,
    /// The id of the person who answers for it.
    pub owner: Uuid,
    /// The connected system that is asked; left out for a path in the graph.
    pub system: Option<String>,
    /// How it is tested: an account cannot sign in, a credential ends within so many days, or there is
    /// no path from one node to another.
    #[schema(schema_with = shape::probe)]
    pub test: Probe,
    /// Hours between two tests.
    #[schema(minimum = 1, maximum = 744)]
    pub every_hours: u32,
    /// Hours for which a passed test counts.
    #[schema(minimum = 1, maximum = 2160)]
    pub max_age_hours: u32,
}

/// What was put forward, whom it covers and whom it does not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExceptionProposed)]
pub struct Proposed {
    /// What came of it.
    #[serde(flatten)]
    pub done: Done,
    /// The identities that it covers, as frozen.
    pub covers: Vec<String>,
    /// How many identities the finding affects that it does not cover: each stays open, with a clock of
    /// its own.
    pub not_covered_total: u64,
    /// Whether that is exact; if not there are at least so many.
    pub not_covered_exact: bool,
    /// What a limit kept from being frozen beside the identities, in words.
    pub left_out: Vec<String>,
}

/// Most people who can be named as having asked for the access.
const REQUESTED_BY_MAX: usize = 50;

/// Puts an exception forward. It covers whom the finding affects now, and nobody else.
#[utoipa::path(
    post,
    path = "/api/v1/exceptions",
    tag = "exceptions",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Content,
    responses(
        (status = 200, body = Proposed),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn propose(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let (command, texts) = asked(&api, &body.content).await?;
    let asked = Asked {
        once: caller.once("exceptions propose", body.digest()),
        ..caller.asks(command).with_texts(texts)
    };
    let done = reply::done(&api, &caller, asked).await?;
    shown(&api, done).await
}

/// What was put forward, with whom it covers and whom it does not.
pub(super) async fn shown(api: &Api, done: Done) -> Result<Response, Problem> {
    let item = super::find(api, &done.subject).await?;
    let whole = ask::whole(&api.workers.door, &item).await?;
    let whole = whole.ok_or_else(|| Problem::unknown("exception"))?;
    let frozen = whole.covers.unwrap_or_default();
    let proposed = Proposed {
        covers: frozen.identities.iter().map(|node| node.id.to_string()).collect(),
        left_out: frozen.left_out,
        not_covered_total: whole.not_covered_total,
        not_covered_exact: whole.not_covered_exact,
        done,
    };
    Ok(reply::record(proposed.done.sequence, &proposed))
}

/// What is asked of the door: a new exception.
pub(crate) async fn asked(api: &Api, content: &Content) -> Result<(Command, Vec<Text>), Problem> {
    let door = &api.workers.door;
    let (propose, texts) = read(api, content).await?;
    let id = ExceptionId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    Ok((Command::Exception(id, Verb::Propose(Box::new(propose))), texts))
}

/// Reads a proposal: what can be told to be wrong with one field is said here.
pub(super) async fn read(
    api: &Api,
    content: &Content,
) -> Result<(decided::Propose, Vec<Text>), Problem> {
    let finding = crate::ask::finding::find(&api.workers.door, &content.finding).await?;
    let finding = finding.ok_or_else(|| Problem::unknown("finding"))?;
    let finding: FindingId =
        bare(&finding.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    if content.requested_by.len() > REQUESTED_BY_MAX {
        let detail = format!("at most {REQUESTED_BY_MAX} people can be named");
        return Err(Problem::malformed_at(Some("requested_by"), &detail));
    }
    let (need, first) = super::reason(api, "need", &content.need)?;
    let (not_removable, second) = super::reason(api, "not_removable", &content.not_removable)?;
    let (would_change, third) = super::reason(api, "would_change", &content.would_change)?;
    let mut texts = vec![first, second, third];
    let mut controls = Vec::new();
    for (index, it) in content.controls.iter().enumerate() {
        let (control, own) = control(api, index, it)?;
        controls.push(control);
        texts.extend(own);
    }
    let propose = decided::Propose {
        finding,
        owner: PersonId(content.owner),
        why: Why { need, not_removable, would_change },
        used: in_a_known_zone(&content.used)?,
        controls,
        until: whole_micros(content.until),
        review_days: content.review_days,
        requested_by: content.requested_by.iter().copied().map(PersonId).collect(),
        ticket: ticket(content.ticket.clone())?,
    };
    Ok((propose, texts))
}

fn ticket(written: Option<String>) -> Result<Option<Ticket>, Problem> {
    let read = written.map(Ticket::try_from).transpose();
    read.map_err(|no| Problem::malformed_at(Some("ticket"), &no.to_string()))
}

/// A window in a zone that does not exist would never be open, or always: its name must be one of the
/// IANA time zone database, and is kept as it stands there.
fn in_a_known_zone(used: &Use) -> Result<Use, Problem> {
    let Use::Window(window) = used else { return Ok(used.clone()) };
    let mut written = window.written().clone();
    let known = TimeZone::get(&written.zone).ok();
    let Some(name) = known.as_ref().and_then(TimeZone::iana_name) else {
        let detail = format!(
            "there is no time zone `{}`: give a name from the IANA database, like Europe/Amsterdam",
            written.zone
        );
        return Err(Problem::malformed_at(Some("used.zone"), &detail));
    };
    name.clone_into(&mut written.zone);
    let window = Window::try_from(written);
    window.map(Use::Window).map_err(|no| Problem::malformed_at(Some("used"), &no.to_string()))
}

/// What is not there passes every test: a slip of the pen would be a control that never fails.
fn must_be_known(api: &Api, field: &str, probe: &Probe) -> Result<(), Problem> {
    let shown = api.workers.door.graph.read();
    let asked: Vec<&NodeId> = match probe {
        Probe::NoLogin { account } => vec![account],
        Probe::ExpiresWithin { credential, .. } => vec![credential],
        Probe::PathAbsent { from, to } => vec![from, to],
    };
    match asked.into_iter().find(|id| !shown.engine.knows(id)) {
        None => Ok(()),
        Some(id) => {
            let detail = format!("no source knows `{id}`: take the id from the finding's paths");
            Err(Problem::malformed_at(Some(field), &detail))
        }
    }
}

/// Both databases keep microseconds: what is finer would let the clock of a list and that of a record
/// disagree.
pub(super) fn whole_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn control(api: &Api, index: usize, it: &Controlled) -> Result<(Control, [Text; 2]), Problem> {
    let field = |name: &str| format!("controls[{index}].{name}");
    let (_, what) = super::reason(api, &field("what"), &it.what)?;
    // The name goes into the ledger, where no free text may stand.
    let system = it.system.as_deref().map(SourceId::new);
    if system.is_some_and(|system| !api.workers.targets.contains_key(&system)) {
        let detail = "no such system is connected: /systems lists those that are";
        return Err(Problem::malformed_at(Some(&field("system")), detail));
    }
    must_be_known(api, &field("test"), &it.test)?;
    let probe = Text::json(&api.workers.door.chance, &it.test).map_err(NotDone::Chance)?;
    let kind = match it.test {
        Probe::NoLogin { .. } => TestKind::NoLogin,
        Probe::ExpiresWithin { .. } => TestKind::ExpiresWithin,
        Probe::PathAbsent { .. } => TestKind::PathAbsent,
    };
    let control = Control {
        what: what.digest().clone(),
        owner: PersonId(it.owner),
        test: Test { kind, system: it.system.clone(), probe: probe.digest().clone() },
        every_hours: it.every_hours,
        max_age_hours: it.max_age_hours,
    };
    Ok((control, [what, probe]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(zone: &str) -> Use {
        let window = serde_json::json!({ "use": "window", "weekdays": [1], "from_minute": 480,
            "until_minute": 1_080, "zone": zone });
        serde_json::from_value(window).unwrap()
    }

    #[test]
    fn a_window_is_in_a_time_zone_that_exists_and_its_name_is_kept_as_the_database_has_it() {
        for (typed, kept) in [
            ("Europe/Amsterdam", "Europe/Amsterdam"),
            ("europe/amsterdam", "Europe/Amsterdam"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(in_a_known_zone(&window(typed)).unwrap(), window(kept), "{typed}");
        }
        for typed in ["Europe/Atlantis", "+02:00", "../UTC", " ", "<b>"] {
            let problem = in_a_known_zone(&window(typed)).unwrap_err();
            assert_eq!(problem.wire().field.as_deref(), Some("used.zone"), "{typed}");
        }
        assert_eq!(in_a_known_zone(&Use::Continuous).unwrap(), Use::Continuous);
    }
}
