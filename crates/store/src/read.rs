//! Questions for people: lists by page and single records, one file for each noun. Answers come
//! from committed rows, or inside a transaction from what it sees.

pub mod exception;
pub mod finding;
pub mod item;
pub mod leaf;
pub mod owner;
pub mod person;
pub mod process;
pub mod review;
pub mod run;
pub mod system;
