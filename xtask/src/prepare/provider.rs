//! A certified provider of OpenID Connect, as npm ships it: what sign-ins are tested against.

use std::fs;
use std::path::{Path, PathBuf};

use super::npm;
use crate::place;

/// Finds or installs it; answers the script that starts it. `folder` is where it is kept.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn provider(folder: &Path) -> Result<PathBuf, String> {
    let source = place::root().join("xtask/provider");
    npm::install(&source, folder, &folder.join("node_modules/oidc-provider"))?;
    let script = folder.join("provider.mjs");
    fs::copy(source.join("provider.mjs"), &script)
        .map_err(|cause| format!("cannot write `{}`: {cause}", script.display()))?;
    Ok(script)
}
