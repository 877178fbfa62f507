//! Words of the command line that become part of an address or a request.

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

/// A sentence that says why.
///
/// # Errors
/// When it is empty.
pub(crate) fn sentence(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why in a sentence".to_owned());
    }
    Ok(text.to_owned())
}
