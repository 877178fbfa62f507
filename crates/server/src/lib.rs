//! The server: `act` (the one door for changes), `ask` (the one door for questions), `worker` (what
//! runs by itself), `api` (HTTP). No rule of governance lives here.

pub mod act;
pub mod api;
pub mod ask;
mod beforehand;
pub mod clock;
pub mod config;
mod crash;
pub mod door;
pub mod export;
mod folder;
pub mod follow;
mod gather;
pub mod graph;
pub mod kept;
mod project;
pub mod record;
pub mod setup;
pub mod start;
pub mod text;
pub mod token;
pub mod worker;
mod write;
