//! Answers of the graph as files of comma-separated values, with the rows that the API has. A file that
//! does not hold all says so in its name.

use axum::extract::State;
use axum::response::Response;
use countersign_access::engine::ANSWERS_MAX;
use serde::Deserialize;

use super::super::Ui;
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::node_id;
use super::when::instant;
use crate::api::csv;
use crate::api::graph::asked_at;
use crate::api::problem::Problem;
use crate::api::query::{Path, Query};
use crate::ask::graph::{Along, Question};

/// Of which node, and when.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    id: String,
    #[serde(default)]
    at: String,
}

/// Which question: its name on the page and in the API.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::ui) enum What {
    Reach,
    Blast,
    WhoCan,
    Access,
}

impl What {
    /// Where the API answers it, and what a file with the answer is called.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Reach => ("/api/v1/graph/reach", "reach"),
            Self::Blast => ("/api/v1/graph/blast", "blast"),
            Self::WhoCan => ("/api/v1/graph/who-can", "who-can"),
            Self::Access => ("/api/v1/graph/access", "access"),
        }
    }
}

/// The file.
pub(in crate::ui) async fn file(
    State(ui): State<Ui>,
    _visitor: Visitor,
    Path(what): Path<What>,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let (id, all) = (node_id(&which.id)?, Along::default());
    let question = match what {
        What::Reach => Question::Reach(id, all),
        What::Blast => Question::Blast(id, all),
        What::WhoCan => Question::WhoReaches(id, all),
        What::Access => Question::Access(id),
    };
    let at = match which.at.trim() {
        "" => None,
        typed => {
            let wrong =
                || Problem::malformed_at(Some("at"), "this is no day: write one like 2027-01-31");
            Some(instant(typed, &Moments::new(door.clock.now())).ok_or_else(wrong)?)
        }
    };
    let reply = asked_at(door, at, question).await?.cut_to(ANSWERS_MAX);
    let (path, name) = what.names();
    let part = if reply.partial { "-in-part" } else { "" };
    let answer = serde_json::to_value(&reply).unwrap_or_default();
    let rows = answer.get("answers").and_then(|it| it.as_array()).cloned().unwrap_or_default();
    Ok(csv::file(path, &format!("{name}{part}.csv"), &rows)?)
}
