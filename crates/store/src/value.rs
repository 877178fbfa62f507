//! What goes into a statement and what comes out of one: text, whole numbers and bytes, the three
//! kinds that both databases store alike. Knows no table.

use jiff::Timestamp;

use crate::fault::Fault;

/// One argument or one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, or null.
    Text(Option<String>),
    /// A whole number, or null.
    Int(Option<i64>),
    /// Bytes, or null.
    Blob(Option<Vec<u8>>),
}

/// One row of an answer, its columns in the order of the statement.
#[derive(Debug, Clone)]
pub struct Row(pub(crate) Vec<Value>);

/// The arguments of a statement, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use args;

/// An instant as it is stored: microseconds since 1970 UTC.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

impl Row {
    /// Column `at` as text.
    pub(crate) fn text(&self, at: usize) -> Result<String, Fault> {
        self.maybe_text(at)?.ok_or_else(|| unexpected(at))
    }

    /// Column `at` as text, or null.
    pub(crate) fn maybe_text(&self, at: usize) -> Result<Option<String>, Fault> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Ok(text.clone()),
            Some(Value::Int(None) | Value::Blob(None)) => Ok(None),
            Some(Value::Int(Some(_)) | Value::Blob(Some(_))) | None => Err(unexpected(at)),
        }
    }

    /// Column `at` as a whole number.
    pub(crate) fn int(&self, at: usize) -> Result<i64, Fault> {
        self.maybe_int(at)?.ok_or_else(|| unexpected(at))
    }

    /// Column `at` as a whole number, or null.
    pub(crate) fn maybe_int(&self, at: usize) -> Result<Option<i64>, Fault> {
        match self.0.get(at) {
            Some(Value::Int(number)) => Ok(*number),
            Some(Value::Text(None) | Value::Blob(None)) => Ok(None),
            Some(Value::Text(Some(_)) | Value::Blob(Some(_))) | None => Err(unexpected(at)),
        }
    }

    /// Column `at` as bytes.
    pub(crate) fn blob(&self, at: usize) -> Result<Vec<u8>, Fault> {
        self.maybe_blob(at)?.ok_or_else(|| unexpected(at))
    }

    /// Column `at` as bytes, or null.
    pub(crate) fn maybe_blob(&self, at: usize) -> Result<Option<Vec<u8>>, Fault> {
        match self.0.get(at) {
            Some(Value::Blob(bytes)) => Ok(bytes.clone()),
            Some(Value::Int(None) | Value::Text(None)) => Ok(None),
            Some(Value::Int(Some(_)) | Value::Text(Some(_))) | None => Err(unexpected(at)),
        }
    }

    /// Column `at` as the 32 bytes of a SHA-256 digest.
    pub(crate) fn digest(&self, at: usize) -> Result<[u8; 32], Fault> {
        self.blob(at)?.try_into().map_err(|_| unexpected(at))
    }

    /// Column `at` as an instant.
    pub(crate) fn instant(&self, at: usize) -> Result<Timestamp, Fault> {
        self.maybe_instant(at)?.ok_or_else(|| unexpected(at))
    }

    /// Column `at` as an instant, or null.
    pub(crate) fn maybe_instant(&self, at: usize) -> Result<Option<Timestamp>, Fault> {
        self.maybe_int(at)?
            .map(Timestamp::from_microsecond)
            .transpose()
            .map_err(|source| unexpected(at).because(source))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<&Option<String>> for Value {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(micros(at)))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(micros))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(Some(bytes.to_vec()))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl From<&[u8; 32]> for Value {
    fn from(digest: &[u8; 32]) -> Self {
        Self::Blob(Some(digest.to_vec()))
    }
}

fn unexpected(at: usize) -> Fault {
    Fault::permanent(format!(
        "column {at} of a stored row is not what this version writes; run the version that wrote \
         it, or restore a backup"
    ))
}
