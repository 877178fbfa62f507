//! One system: its reads, what they could not see, and one that is held, with what would vanish.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::id::{RunId, SystemId};
use countersign_governance::system::{Command as Verb, System as Case};
use countersign_governance::{Command, State as Kept, Subject};

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::refusal::Refused;
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::list::chip;
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::ask::held::{Consequences, Difference, Kind, NotCompared, Side};
use crate::ask::run::{Row as Run, page};
use crate::ask::system::{Row as System, one};
use crate::door::NotDone;
use crate::kept;

/// Reads on the page.
const RUNS: i64 = 20;

/// Most places that could not be read that a page names.
const UNREADABLE_MAX: usize = 20;

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) row: System,
    pub(in crate::ui) runs: Vec<Run>,
    pub(in crate::ui) known_facts: u64,
    pub(in crate::ui) held_facts: Option<u64>,
    pub(in crate::ui) difference: Option<Arc<Difference>>,
    /// Why the difference is not there.
    pub(in crate::ui) not_compared: Option<NotCompared>,
    pub(in crate::ui) read_only: bool,
    pub(in crate::ui) no: Option<Refused>,
    pub(in crate::ui) form: Form,
    pub(in crate::ui) refused: Option<Refused>,
}

#[derive(Debug, Template)]
#[template(path = "system/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    name: String,
    kind: String,
    chip: Chip,
    read: Option<At>,
    ago: String,
    known_facts: u64,
    read_only: bool,
    held: Option<Held>,
    runs: Vec<Shown>,
    refused: Option<Refused>,
    form: Form,
}

/// A read that waits for a person.
#[derive(Debug, Clone)]
struct Held {
    run: String,
    at: Option<At>,
    facts: u64,
    vanished: u64,
    percent: u64,
    no: Option<Refused>,
    kinds: Vec<Row>,
    findings: Consequences,
    /// Why neither is known.
    unknown: &'static str,
}

/// What would change of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    kind: String,
    sort: &'static str,
    vanish: String,
    appear: String,
    vanishing: Vec<String>,
    appearing: Vec<String>,
}

#[derive(Debug, Clone)]
struct Shown {
    at: At,
    chip: Chip,
    counts: String,
    unreadable: Vec<String>,
    more: usize,
    why: String,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Halt> {
    render(&ui, &visitor, &name, (StatusCode::OK, None)).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    name: &str,
    (status, refused): (StatusCode, Option<Refused>),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let row = one(door, name).await?.ok_or_else(|| Problem::unknown("system"))?;
    let system = state(ui, &row).await?;
    let held = system.as_ref().and_then(|system| system.held.as_ref());
    let no = match held {
        Some(held) => would(ui, visitor, &row, held.run).await?,
        None => None,
    };
    let compared = match held {
        Some(held) => Some(ui.compared.of(door, &held.run.to_string()).await?),
        None => None,
    };
    let (difference, not_compared) = match compared {
        Some(Ok(difference)) => (Some(difference), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    let source = countersign_access::fact::SourceId::new(name);
    let known = Known {
        runs: page(door, Some(name), None, RUNS).await?.items,
        known_facts: system.as_ref().map_or(0, |system| system.known_facts),
        held_facts: held.map(|held| held.facts),
        read_only: ui.api.workers.targets.get(&source).is_some_and(|target| target.read_only),
        difference,
        not_compared,
        no,
        form: Form::new(ui, visitor, row.sequence)?,
        refused,
        row,
    };
    let frame = Frame::of(ui, visitor, Here::Systems).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(status, &Page::new(frame, known, &moments)))
}

async fn state(ui: &Ui, row: &System) -> Result<Option<Case>, NotDone> {
    let Ok(id) = row.id.parse::<SystemId>() else { return Ok(None) };
    let look = kept::look(&ui.api.workers.door.store, Subject::System(id)).await?;
    Ok(match look.0 {
        Kept::System(system) => system,
        Kept::Finding(_)
        | Kept::Exception(_)
        | Kept::Person(_)
        | Kept::Process(_)
        | Kept::Policy(_)
        | Kept::Accountability(_)
        | Kept::Gap(_)
        | Kept::Review(_)
        | Kept::Item(_) => None,
    })
}

/// What the door would answer if the read was released now.
async fn would(
    ui: &Ui,
    visitor: &Visitor,
    row: &System,
    run: RunId,
) -> Result<Option<Refused>, NotDone> {
    let Ok(id) = row.id.parse::<SystemId>() else { return Ok(None) };
    let asked = visitor.asks(Command::System(id, Verb::ReleaseRun(run)));
    let answers = ui.api.workers.door.would(vec![asked]).await?;
    let refusal = answers.into_iter().find_map(Result::err);
    Ok(refusal.map(|refusal| Refused::of("", &NotDone::Refused(refusal).into())))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { row, runs, known_facts, held_facts, read_only, no, form, refused, .. } = known;
        let difference = known.difference.as_deref().cloned().unwrap_or_default();
        let held = row.held_run.as_ref().zip(held_facts).map(|(run, facts)| {
            let vanished = known_facts.saturating_sub(facts);
            let read = runs.iter().find(|it| &it.id == run);
            Held {
                run: run.clone(),
                at: read.map(|it| moments.at(it.read_at)),
                facts,
                vanished,
                percent: vanished.saturating_mul(100).checked_div(known_facts).unwrap_or(0),
                no,
                kinds: difference.kinds.iter().map(kind).collect(),
                findings: difference.findings,
                unknown: known.not_compared.map(unknown).unwrap_or_default(),
            }
        });
        Self {
            frame,
            chip: chip(&row, moments),
            read: row.last_read_at.map(|at| moments.at(at)),
            ago: row.last_read_at.map(|at| moments.ago(at)).unwrap_or_default(),
            name: row.name,
            kind: row.kind,
            known_facts,
            read_only,
            held,
            runs: runs.iter().map(|run| shown(run, moments)).collect(),
            refused,
            form,
        }
    }
}

fn kind(it: &Kind) -> Row {
    let many = |side: &Side| match side.total {
        0 => "none".to_owned(),
        total => total.to_string(),
    };
    let shown = |side: &Side| {
        let more = side.total.saturating_sub(side.examples.len());
        let more = (more > 0).then(|| format!("and {more} more"));
        side.examples.iter().cloned().chain(more).collect()
    };
    Row {
        kind: it.kind.replace('_', " "),
        sort: if it.is_edge { "connection" } else { "thing" },
        vanish: many(&it.vanish),
        appear: many(&it.appear),
        vanishing: shown(&it.vanish),
        appearing: shown(&it.appear),
    }
}

fn unknown(why: NotCompared) -> &'static str {
    match why {
        NotCompared::TooLarge => {
            "This read is too large to be compared on a page. The counts above are exact."
        }
        NotCompared::Torn => {
            "What is stored of this read is incomplete, so it cannot be compared. Read the system again."
        }
        NotCompared::NotHeld => "This read is held no more: load the page again.",
    }
}

fn shown(run: &Run, moments: &Moments) -> Shown {
    let count = |of: &str| run.counts.get(of).and_then(serde_json::Value::as_u64);
    let counts = match (count("nodes"), count("edges")) {
        (Some(nodes), Some(edges)) => format!("{nodes} things, {edges} connections"),
        _ => "not counted".to_owned(),
    };
    let unreadable: Vec<String> = run
        .unreadable
        .iter()
        .take(UNREADABLE_MAX)
        .map(|it| format!("{}: {}", it.place, it.why))
        .collect();
    Shown {
        at: moments.at(run.read_at),
        chip: Chip::of_run(&run.standing, run.complete),
        counts,
        more: run.unreadable.len().saturating_sub(unreadable.len()),
        unreadable,
        why: run.why.clone().unwrap_or_default(),
    }
}
