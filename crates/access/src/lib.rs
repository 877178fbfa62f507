//! The access graph, pure: what is known about who can reach what, which combinations are toxic,
//! and what a change to a real system would be called. No IO, no clock, no randomness: everything
//! comes in as an argument, and the same facts in any order give the same answer.

#![forbid(unsafe_code)]

pub mod change;
pub mod edge;
pub mod engine;
pub mod fact;
pub mod finding;
pub mod glob;
pub mod node;
pub mod rule;
pub mod source;
