//! Words of the command line that become part of an address or a request. Where many words are
//! wanted they may come from standard input too.

use std::io::Read;
use std::path::Path;

use crate::exit::Failure;

/// Says that words come from standard input.
const STDIN: &str = "-";

/// Most bytes that are read of a file or of standard input: more than the server takes.
const WORDS_BYTES_MAX: u64 = 1 << 20;

/// A reference or name that stands alone as one part of an address.
///
/// # Errors
/// When it is empty, or would point elsewhere.
pub(crate) fn reference(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text == "." || text == ".." {
        return Err("this names nothing: give a reference as the list shows it".to_owned());
    }
    Ok(text.to_owned())
}

/// A sentence that says why; `-` reads it from standard input.
///
/// # Errors
/// When it is empty, or standard input cannot be read.
pub(crate) fn sentence(text: &str) -> Result<String, String> {
    let read;
    let text = if text.trim() == STDIN {
        read = whole(std::io::stdin().lock())
            .map_err(|why| format!("standard input cannot be read ({why}): say it in the flag"))?;
        read.trim()
    } else {
        text.trim()
    };
    if text.is_empty() {
        return Err("say why in a sentence".to_owned());
    }
    Ok(text.to_owned())
}

/// What a file holds; `-` is standard input.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn file_or_stdin(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new(STDIN) {
        whole(std::io::stdin().lock())
    } else {
        std::fs::File::open(path).map_err(|error| error.to_string()).and_then(whole)
    };
    read.map_err(|why| {
        let path = path.display();
        Failure::malformed(format!("could not read `{path}`: {why}; check `--from`"))
    })
}

fn whole(from: impl Read) -> Result<String, String> {
    let mut text = String::new();
    let mut limited = from.take(WORDS_BYTES_MAX.saturating_add(1));
    limited.read_to_string(&mut text).map_err(|error| error.to_string())?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > WORDS_BYTES_MAX {
        return Err(format!("it has more than {WORDS_BYTES_MAX} bytes"));
    }
    Ok(text)
}
