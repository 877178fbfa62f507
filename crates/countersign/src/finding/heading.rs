//! How a severity looks.

use owo_colors::OwoColorize;

/// Words in the colour of a severity.
pub(super) fn coloured(severity: &str, words: &str) -> String {
    match severity {
        "critical" => words.white().on_red().bold().to_string(),
        "high" => words.red().bold().to_string(),
        "medium" => words.yellow().bold().to_string(),
        _ => words.blue().bold().to_string(),
    }
}
