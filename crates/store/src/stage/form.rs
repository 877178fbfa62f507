//! How the facts of a chunk are kept: one byte that says the form, then columns in Zstandard. Chunks that
//! were stored before there were columns are JSON in Zstandard and begin as every such frame does. Both
//! databases keep the same bytes; decision 0017 says why.

mod column;
mod layout;
mod read;
mod write;

use countersign_access::fact::Chunk;
use countersign_ledger::tree::Hash;

use super::CHUNK_BYTES_MAX;
use crate::compress::{compress, decompress};
use crate::fault::Fault;

pub(super) use self::column::Damaged;

/// The first byte of the form with columns.
const COLUMNS: u8 = 1;

/// The first byte of a frame of Zstandard, in which there is JSON.
const FRAME: u8 = 0x28;

/// A chunk as it is stored.
#[derive(Debug)]
pub(super) struct Packed {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Digest of what they unpack to, which does not depend on how well it was packed.
    pub(super) digest: Hash,
}

/// What a chunk adds to the digest of its run.
#[derive(Debug)]
pub(super) enum Part {
    /// Its own digest.
    Digest(Hash),
    /// All of its JSON, as it was before there were columns.
    Json(Vec<u8>),
}

/// Packs a chunk.
///
/// # Errors
/// When it is larger than [`CHUNK_BYTES_MAX`].
pub(super) fn pack(chunk: &Chunk) -> Result<Packed, Fault> {
    let columns = write::write(chunk);
    if columns.len() > CHUNK_BYTES_MAX {
        return Err(Fault::malformed(format!(
            "a chunk of {} bytes is larger than {CHUNK_BYTES_MAX}; split it",
            columns.len()
        )));
    }
    let digest = Hash::of(&columns);
    let mut bytes = vec![COLUMNS];
    bytes.append(&mut compress(&columns)?);
    Ok(Packed { bytes, digest })
}

/// Opens what [`pack`] made, or what was stored before there were columns, and adds its facts to those before
/// it. `digest` is what was kept beside it.
///
/// # Errors
/// When the bytes are not those that were stored; some of the facts may have been added then.
pub(super) fn open(bytes: &[u8], digest: &str, into: &mut Chunk) -> Result<Part, Damaged> {
    match bytes.split_first() {
        Some((&COLUMNS, packed)) => {
            let columns = unpacked(packed)?;
            let part = checked(&columns, digest)?;
            read::read(&columns, into)?;
            Ok(Part::Digest(part))
        }
        Some((&FRAME, _)) => {
            let json = unpacked(bytes)?;
            checked(&json, digest)?;
            let mut facts: Chunk = serde_json::from_slice(&json).map_err(|_| Damaged::Text)?;
            into.nodes.append(&mut facts.nodes);
            into.edges.append(&mut facts.edges);
            Ok(Part::Json(json))
        }
        Some((&form, _)) => Err(Damaged::Form(form)),
        None => Err(Damaged::Short),
    }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Damaged> {
    decompress(packed, CHUNK_BYTES_MAX).map_err(|_| Damaged::Packing)
}

fn checked(unpacked: &[u8], digest: &str) -> Result<Hash, Damaged> {
    let found = Hash::of(unpacked);
    if found.to_hex() == digest { Ok(found) } else { Err(Damaged::Digest) }
}

#[cfg(test)]
mod tests;
