//! The time that a page of the graph is about: now, or the end of a day that somebody chose. What was
//! known then is built from the reads of that time; while that goes on, a page says so and looks again.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_access::engine::Engine;
use jiff::Timestamp;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::refusal::{quoted, sentence};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::asked::address;
use super::{Rest, read_then};
use crate::api::graph::{is_there, not_known};
use crate::ask::graph::past::{self, NotKnown};
use crate::graph::Shown;

/// How long a page waits for a graph of the past that is not kept, before it says that it comes.
const SOON: Duration = Duration::from_millis(1_500);

/// Has the page that looked again loaded anew, whatever it will show.
const LOAD_AGAIN: &str = "hx-refresh";

/// The time that a page is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct When {
    /// What stands in the field.
    pub(in crate::ui) typed: String,
    /// What goes on every address that stays with this time: `&at=...`, or nothing.
    pub(in crate::ui) and: String,
    /// The time in words, where it is past.
    pub(in crate::ui) then: Option<String>,
    /// The reads on which the past rests.
    pub(in crate::ui) reads: Vec<Rest>,
    /// What must be mended in the field.
    pub(in crate::ui) bad: Option<String>,
    /// The last day that can be chosen.
    pub(in crate::ui) today: String,
    /// Where the form leads.
    pub(in crate::ui) path: &'static str,
    /// What it takes along.
    pub(in crate::ui) carried: Vec<(&'static str, String)>,
    /// The same page as it is now.
    pub(in crate::ui) without: String,
}

/// A graph to be shown, or what is sent in its place.
pub(super) enum Seen {
    /// This one.
    Graph(Arc<Shown>, When),
    /// It is being put together: this page looks again.
    Soon(Response),
}

#[derive(Debug, Template)]
#[template(path = "graph/soon.html")]
pub(in crate::ui) struct Soon {
    pub(in crate::ui) frame: Frame,
    /// The time in words.
    pub(in crate::ui) then: String,
    /// What is looked at again.
    pub(in crate::ui) again: String,
    /// The same as it is now.
    pub(in crate::ui) without: String,
}

impl When {
    /// Of now.
    pub(in crate::ui) fn now(
        moments: &Moments,
        path: &'static str,
        carried: &[(&'static str, &str)],
    ) -> Self {
        Self {
            today: moments.day_of(moments.now),
            path,
            carried: carried.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            without: address(path, carried),
            ..Self::default()
        }
    }

    /// Of a past time, as this graph has it.
    pub(in crate::ui) fn past(
        self,
        typed: &str,
        at: Timestamp,
        engine: &Engine,
        moments: &Moments,
    ) -> Self {
        let rests = engine.rests_on();
        Self {
            typed: typed.to_owned(),
            and: address("", &[("at", typed)]).replace('?', "&"),
            then: Some(then(typed, at, moments)),
            reads: read_then(&rests, moments),
            ..self
        }
    }

    /// Of now, because what was typed is no time of the past.
    pub(in crate::ui) fn mended(self, typed: &str, why: &str) -> Self {
        let bad = format!("{}; what is shown is how it is now", sentence(&quoted(why)));
        Self { typed: typed.to_owned(), bad: Some(bad), ..self }
    }
}

/// The graph that a page is about, at a time that somebody typed; of now when nothing was.
pub(super) async fn seen(
    ui: &Ui,
    visitor: &Visitor,
    typed: &str,
    (path, carried): (&'static str, &[(&'static str, &str)]),
) -> Result<Seen, Halt> {
    let door = &ui.api.workers.door;
    is_there(door).await?;
    let moments = Moments::new(door.clock.now());
    let typed = typed.trim();
    let now = When::now(&moments, path, carried);
    if typed.is_empty() || typed == now.today {
        return Ok(Seen::Graph(door.graph.read(), now));
    }
    let Some(at) = instant(typed, &moments) else {
        let why = "this is no day: write one like 2027-01-31";
        return Ok(Seen::Graph(door.graph.read(), now.mended(typed, why)));
    };
    match past::within(door, at, SOON).await {
        Ok(_) if visitor.by_itself => Ok(Seen::Soon(([(LOAD_AGAIN, "true")], "").into_response())),
        Ok(shown) => {
            let when = now.past(typed, at, &shown.engine, &moments);
            Ok(Seen::Graph(shown, when))
        }
        Err(NotKnown::NotYet) => {
            let kept: Vec<(&str, &str)> = carried.iter().copied().chain([("at", typed)]).collect();
            let page = Soon {
                frame: Frame::of(ui, visitor, Here::Graph).await?,
                then: then(typed, at, &moments),
                again: address(path, &kept),
                without: now.without,
            };
            Ok(Seen::Soon(answer::page(StatusCode::OK, &page)))
        }
        Err(why @ (NotKnown::Ahead(_) | NotKnown::Nothing { .. })) => {
            let why = words(&why, &moments);
            Ok(Seen::Graph(door.graph.read(), now.mended(typed, &why)))
        }
        Err(why) => Err(not_known("at", why).into()),
    }
}

/// Why there is no graph of a time, with its instants as people read them.
fn words(why: &NotKnown, moments: &Moments) -> String {
    match why {
        NotKnown::Ahead(_) => "this day is not over yet".to_owned(),
        NotKnown::Nothing { first: Some(first), .. } => {
            format!("nothing had been read then: the first read began {}", moments.at(*first).words)
        }
        other => other.to_string(),
    }
}

/// A time in words, as it was typed: a day is meant to its end.
pub(super) fn then(typed: &str, at: Timestamp, moments: &Moments) -> String {
    match moments.end_of(typed) {
        Some(end) => format!("at the end of {}", moments.last_day(end)),
        None => format!("on {}", moments.at(at).words),
    }
}

/// The end of a day, or an instant as programs write it.
pub(super) fn instant(typed: &str, moments: &Moments) -> Option<Timestamp> {
    moments.end_of(typed).or_else(|| typed.parse().ok())
}
