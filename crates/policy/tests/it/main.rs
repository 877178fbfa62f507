//! The policy crate from outside: what is accepted, what is refused and in which words.

mod folder;
mod pack;
mod trial;
