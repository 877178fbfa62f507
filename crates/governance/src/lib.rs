//! Seats, signatures and the lives of cases, pure. Governance never asks, it is told: state, facts,
//! command and clock come in; events or a refusal come out (law 2). It passes its tests with a
//! policy that permits everything: policy can only narrow what the laws allow.

#![forbid(unsafe_code)]

pub mod accountability;
pub mod actor;
mod adoption;
pub mod appointment;
pub mod authority;
pub mod campaign;
pub mod control;
pub mod criticality;
pub mod decide;
pub mod event;
pub mod exception;
pub mod facts;
pub mod finding;
pub mod gap;
pub mod id;
mod instant;
pub mod item;
pub mod person;
pub mod policy;
pub mod process;
pub mod refusal;
pub mod review;
#[cfg(test)]
mod scene;
pub mod seat;
mod subject;
pub mod system;
pub mod text;

pub use decide::{Command, State, Subject, decide, evolve, refused};
