//! The server: `act` (the one door for changes), `ask` (the one door for questions), `worker` (what
//! runs by itself), `api` (HTTP), `ui` (pages), `auth` (who a browser speaks for). No rule of governance lives here.

pub mod about;
pub mod act;
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
pub mod kept;
mod oversight;
mod project;
pub mod record;
mod rewrite;
pub mod setup;
mod shape;
pub mod signed;
mod stake;
pub mod start;
pub mod text;
pub mod token;
pub mod told;
mod ui;
pub mod worker;
mod write;
