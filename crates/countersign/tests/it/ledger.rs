//! `countersign ledger`: a store filled as the server fills it, exported and checked from outside.

mod elsewhere;
mod export;
mod lab;
mod pinned;
mod refused;
mod tampered;
