//! The policy folder, pure: what the organisation decided and wrote down, loaded whole or not at
//! all. Texts come in and plain types go out; who reads the files and who acts on the answers is
//! elsewhere.

#![forbid(unsafe_code)]

pub mod authority;
pub mod calendar;
pub mod diff;
pub mod explain;
pub mod folder;
pub mod groups;
pub mod matrix;
pub mod raci;
pub mod rules;
pub mod sla;
pub mod strength;
pub mod tier;
