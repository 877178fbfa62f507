//! What if: connections that somebody would give or take away, as a question that stands whole in the
//! address, so that it can be kept and sent on. What it would do to findings is worked out on a copy;
//! nothing is changed. What cannot be read is said beside its field, and all that was typed stays.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::asked::{Asked, Wait, address, at_most};
use super::edge::with_owners;
use super::outcome::{Outcome, outcome};
use super::supposed::{Form, Line, Read, Typed, read};
use crate::api::graph::is_there;
use crate::api::problem::Problem;
use crate::api::query::Query;

/// Where the page is.
const PATH: &str = "/graph/what-if";

#[derive(Debug, Template)]
#[template(path = "graph/what_if.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    title: String,
    lines: Vec<Shown>,
    /// What stands in the address and cannot be tried, and why.
    left_out: Vec<(String, String)>,
    form: Form,
    /// What the form carries along: name and value.
    carried: Vec<(&'static str, String)>,
    asked: Asked<Outcome>,
    /// Where a search by name begins that keeps everything else: field, address up to the id.
    choices: Vec<(&'static str, String)>,
}

/// A change as the page shows it.
#[derive(Debug, Clone)]
struct Shown {
    words: String,
    ids: String,
    note: String,
    /// The same question without it.
    without: String,
}

/// The page.
pub(in crate::ui) async fn what_if(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    is_there(door).await?;
    let typed = Typed::of(&pairs);
    let is_now = pairs.iter().any(|(name, _)| name == "now");
    let mut read =
        door.graph.ask(move |shown| read(&shown.engine, typed)).await.map_err(Problem::from)?;
    let you = visitor.person.to_string();
    let mut connections: Vec<_> = read.lines.iter().map(|line| line.it.clone()).collect();
    with_owners(door, &you, &mut connections).await?;
    for (line, known) in read.lines.iter_mut().zip(connections) {
        line.it = known;
    }
    let moments = Moments::new(door.clock.now());
    let (status, asked) = if read.lines.is_empty() {
        (StatusCode::OK, Asked::Nothing)
    } else if is_now {
        Asked::came(outcome(door, &read.lines, &moments).await, &visitor)
    } else {
        (StatusCode::OK, Asked::Waits(wait(&read.lines)))
    };
    let frame = Frame::of(&ui, &visitor, Here::Graph).await?;
    Ok(answer::page(status, &Page::new(frame, read, asked)))
}

fn wait(lines: &[Line]) -> Wait {
    let mut all: Vec<(&str, &str)> = fields(lines.iter()).collect();
    all.push(("now", "yes"));
    let words = format!(
        "Every rule is judged once more on a copy in which the access is like this. This takes {} at \
         most; if it is not done by then, that is said.",
        at_most()
    );
    Wait { address: address(PATH, &all), words }
}

fn fields<'a>(
    lines: impl Iterator<Item = &'a Line>,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    lines.map(|line| (line.field(), line.it.text.as_str()))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, read: Read, asked: Asked<Outcome>) -> Self {
        let Read { lines, left_out, form } = read;
        let title = match lines.len() {
            0 => "What if somebody had more, or less".to_owned(),
            1 => "What would be after this change".to_owned(),
            several => format!("What would be after these {several} changes"),
        };
        let without = |at: usize| {
            let others = lines.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<_> = fields(others.map(|(_, line)| line)).collect();
            address(PATH, &others)
        };
        let shown = |(at, line): (usize, &Line)| Shown {
            words: if line.is_added { line.it.give.clone() } else { line.it.take.clone() },
            ids: line.it.ids.clone(),
            note: match (line.is_added, line.it.who.is_empty()) {
                (true, true) => "not there today".to_owned(),
                (true, false) => "there today already, so that nothing changes by it".to_owned(),
                (false, _) => format!("who could: {}", line.it.who),
            },
            without: without(at),
        };
        let choice = |field: &'static str| {
            let mut kept: Vec<(&str, &str)> = fields(lines.iter()).collect();
            let others = [
                ("what", form.what()),
                ("from", form.from.typed.as_str()),
                ("kind", form.kind.as_str()),
                ("to", form.to.typed.as_str()),
            ];
            kept.extend(others.into_iter().filter(|(name, _)| *name != field));
            kept.push(("do", "put"));
            kept.push((field, ""));
            (field, address(PATH, &kept))
        };
        Self {
            choices: vec![choice("from"), choice("to")],
            carried: fields(lines.iter()).map(|(name, text)| (name, text.to_owned())).collect(),
            lines: lines.iter().enumerate().map(shown).collect(),
            frame,
            title,
            left_out,
            form,
            asked,
        }
    }

    /// The address that chooses a thing of this id for a field, up to the id.
    fn choosing(&self, field: &str) -> &str {
        let mut found = self.choices.iter().filter(|(name, _)| *name == field);
        found.next().map_or("", |(_, address)| address.as_str())
    }
}
