//! The server: `act` (the one door for changes), `ask` (the one door for questions), `worker` (what
//! runs by itself), `api` (HTTP), `ui` (pages), `auth` (who a browser speaks for). No rule of governance lives here.

pub mod about;
mod accountable;
pub mod act;
pub mod adoption;
pub mod api;
pub mod around;
pub mod ask;
pub mod auth;
mod authority;
mod beforehand;
pub mod clock;
pub mod config;
mod crash;
pub mod door;
mod explain;
pub mod export;
mod face;
mod folder;
pub mod follow;
pub mod front;
mod gather;
pub mod graph;
mod holder;
pub mod kept;
pub mod live;
pub mod oversight;
mod people;
mod project;
pub mod record;
mod related;
mod renewal;
mod review;
mod rewrite;
pub mod setup;
mod shape;
pub mod signed;
mod situation;
mod stake;
pub mod start;
mod successor;
pub mod text;
pub mod token;
pub mod told;
mod ui;
pub mod worker;
mod write;

/// An evidence pack as a page, and the pack within one.
pub mod evidence {
    pub use crate::ui::evidence::{page, within};
}
