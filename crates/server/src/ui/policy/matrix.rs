//! Which seat may do what in which tier, and why.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::refusal::sentence;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::tabs;
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::ask::policy::{Matrix, MatrixRow, matrix};

#[derive(Debug, Template)]
#[template(path = "policy/matrix.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    tabs: Vec<(&'static str, &'static str, bool)>,
    policy: String,
    seats: Vec<String>,
    rows: Vec<Row>,
}

/// A verb in some tiers.
#[derive(Debug, Clone)]
struct Row {
    verb: String,
    tiers: String,
    cells: Vec<Cell>,
    /// Why: policy, sentence, place and seats.
    why: Vec<Why>,
}

#[derive(Debug, Clone)]
struct Cell {
    seat: String,
    tone: &'static str,
    word: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Why {
    policy: String,
    because: String,
    place: String,
    seats: String,
}

/// The page.
pub(in crate::ui) async fn look(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    let matrix = matrix(&ui.api.workers.door.policy).await;
    let matrix = matrix.ok_or_else(|| Problem::of(Code::FaultBusy))?;
    let frame = Frame::of(&ui, &visitor, Here::Policy).await?;
    Ok(answer::page(StatusCode::OK, &Page::new(frame, matrix)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, matrix: Matrix) -> Self {
        let seats = matrix.rows.first().map(|row| row.cells.iter());
        let seats = seats.into_iter().flatten().map(|cell| sentence(&cell.seat)).collect();
        let rows = matrix.rows.into_iter().map(row).collect();
        Self { frame, tabs: tabs("/policy/matrix"), policy: matrix.policy, seats, rows }
    }
}

fn row(row: MatrixRow) -> Row {
    let cell = |it: &crate::ask::policy::Cell| {
        let (tone, word) = match it.may.as_str() {
            "yes" => ("fine", "yes"),
            "if" => ("soon", "if"),
            _ => ("sub", "no"),
        };
        Cell { seat: sentence(&it.seat), tone, word }
    };
    let mut why: Vec<Why> = Vec::new();
    for cell in &row.cells {
        for by in &cell.by {
            match why.iter_mut().find(|it| it.policy == by.policy) {
                Some(known) => known.seats = format!("{}, {}", known.seats, cell.seat),
                None => why.push(Why {
                    policy: by.policy.clone(),
                    because: by.because.clone(),
                    place: by.place.clone(),
                    seats: cell.seat.clone(),
                }),
            }
        }
    }
    let tiers = if row.all_tiers { "all".to_owned() } else { row.tiers.join(", ") };
    Row { cells: row.cells.iter().map(cell).collect(), verb: row.verb, tiers, why }
}
