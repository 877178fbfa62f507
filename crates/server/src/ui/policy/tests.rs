//! What the tests beside the policy say.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::tabs;
use crate::ask::policy::{Tested, Tried, tested};

#[derive(Debug, Template)]
#[template(path = "policy/tests.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    tabs: Vec<(&'static str, &'static str, bool)>,
    tested: Tested,
    failed: usize,
    files: Vec<File>,
}

/// The tests of one file.
#[derive(Debug, Clone)]
struct File {
    name: String,
    failed: usize,
    tried: Vec<Tried>,
}

/// The page.
pub(in crate::ui) async fn look(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    let tested = tested(&ui.api.workers.door);
    let frame = Frame::of(&ui, &visitor, Here::Policy).await?;
    Ok(answer::page(StatusCode::OK, &Page::new(frame, tested)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, tested: Tested) -> Self {
        let mut files: Vec<File> = Vec::new();
        for it in &tested.tried {
            let failed = usize::from(!it.failures.is_empty());
            match files.iter_mut().find(|file| file.name == it.file) {
                Some(file) => {
                    file.failed = file.failed.saturating_add(failed);
                    file.tried.push(it.clone());
                }
                None => {
                    let name = it.file.clone();
                    files.push(File { name, failed, tried: vec![it.clone()] });
                }
            }
        }
        let failed = files.iter().map(|file| file.failed).sum();
        Self { frame, tabs: tabs("/policy/tests"), tested, failed, files }
    }
}
