//! Cursors of paged lists: opaque text that names the list and the last key shown, so that a page
//! begins where the one before ended, whatever was added meanwhile. Signs nothing: a cursor grants
//! nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::Fault;

/// Most items of one page.
pub const PAGE_MAX: i64 = 200;

/// Longest cursor that is looked at, in bytes.
const CURSOR_BYTES_MAX: usize = 8_192;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// How many items a page of `limit` has, 1 to [`PAGE_MAX`].
pub(crate) fn page_size(limit: i64) -> i64 {
    limit.clamp(1, PAGE_MAX)
}

/// Makes a page of `rows`, of which one more than `limit` was asked for.
pub(crate) fn page<R, T>(
    list: &str,
    limit: i64,
    rows: &[R],
    read: impl Fn(&R) -> Result<T, Fault>,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, Fault> {
    let size = usize::try_from(page_size(limit)).unwrap_or(usize::MAX);
    let items = rows.iter().take(size).map(read).collect::<Result<Vec<_>, _>>()?;
    let next = match items.last() {
        Some(last) if rows.len() > size => Some(encode(list, &key(last))),
        Some(_) | None => None,
    };
    Ok(Page { items, next })
}

/// The text key that a cursor of `list` holds; `start` without a cursor.
pub(crate) fn text_key(list: &str, cursor: Option<&str>, start: &str) -> Result<String, Fault> {
    cursor.map_or_else(|| Ok(start.to_owned()), |cursor| decode(list, cursor))
}

/// The number that a cursor of `list` holds; `start` without a cursor.
pub(crate) fn number_key(list: &str, cursor: Option<&str>, start: i64) -> Result<i64, Fault> {
    let Some(cursor) = cursor else { return Ok(start) };
    decode(list, cursor)?.parse().map_err(|source| malformed(cursor).because(source))
}

fn encode(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{key}"))
}

fn decode(list: &str, cursor: &str) -> Result<String, Fault> {
    if cursor.len() > CURSOR_BYTES_MAX {
        return Err(malformed("..."));
    }
    let bytes =
        URL_SAFE_NO_PAD.decode(cursor).map_err(|source| malformed(cursor).because(source))?;
    let text = String::from_utf8(bytes).map_err(|source| malformed(cursor).because(source))?;
    match text.split_once(':') {
        // PostgreSQL takes no NUL in a text.
        Some((name, key)) if name == list && !key.contains('\0') => Ok(key.to_owned()),
        Some(_) | None => Err(malformed(cursor)),
    }
}

fn malformed(cursor: &str) -> Fault {
    Fault::malformed(format!(
        "`{cursor}` is not a cursor of this list; take it from the `next` of a page, or leave it out"
    ))
}
