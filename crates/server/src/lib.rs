//! The server: `act` (the one door for changes), `ask` (the one door for questions), `worker` (what
//! runs by itself), `api` (HTTP). No rule of governance lives here.

pub mod act;
pub mod clock;
mod crash;
pub mod follow;
mod gather;
pub mod graph;
mod project;
pub mod record;
pub mod text;
pub mod worker;
mod write;
