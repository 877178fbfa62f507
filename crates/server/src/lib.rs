//! The server: `act` (the one door for changes), `ask` (the one door for questions), `worker` (what
//! runs by itself), `api` (HTTP), `ui` (pages), `auth` (who a browser speaks for). No rule of governance lives here.

pub mod about;
mod accountable;
pub mod act;
pub mod api;
pub mod ask;
pub mod auth;
mod beforehand;
pub mod clock;
pub mod config;
mod crash;
pub mod door;
pub mod export;
mod face;
mod folder;
pub mod follow;
pub mod front;
mod gather;
pub mod graph;
pub mod kept;
pub mod oversight;
mod project;
pub mod record;
mod rewrite;
pub mod setup;
mod shape;
pub mod start;
pub mod text;
pub mod token;
pub mod told;
mod ui;
pub mod worker;
mod write;
