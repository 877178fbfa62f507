//! Zstandard around what is stored in bulk, with a limit on what may come out again.

use std::io::Read;

use crate::fault::Fault;

/// Compression level: texts and facts are written once and read seldom.
const LEVEL: i32 = 3;

/// Compresses `bytes`.
pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    zstd::encode_all(bytes, LEVEL).map_err(|source| {
        Fault::transient("there was no memory to compress with; try again").because(source)
    })
}

/// Decompresses what [`compress`] wrote, at most `limit` bytes.
pub(crate) fn decompress(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let damaged = "stored bytes are damaged and cannot be unpacked; restore a backup";
    let mut unpacked = Vec::new();
    let ceiling = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    zstd::Decoder::new(bytes)
        .and_then(|decoder| decoder.take(ceiling).read_to_end(&mut unpacked))
        .map_err(|source| Fault::permanent(damaged).because(source))?;
    if unpacked.len() > limit {
        return Err(Fault::permanent(damaged));
    }
    Ok(unpacked)
}
