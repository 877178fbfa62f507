//! Takes the file and line out of a locator (`FILE:LINE`, maybe followed by the object's name), for
//! readers that open files at lines.

use countersign_access::fact::Locator;

/// A file, and a line where the form has lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FilePlace<'a> {
    /// Path of the file, or of the folder where the locator names no file.
    pub(super) file: &'a str,
    /// Line from 1.
    pub(super) line: Option<u64>,
}

/// Where a locator points.
pub(super) fn place(because: &Locator) -> FilePlace<'_> {
    let source = because.source.as_str();
    let locator = because.locator.as_str();
    let nowhere = FilePlace { file: source, line: None };
    if !locator.starts_with(source) {
        return nowhere;
    }
    let colons = locator.match_indices(':').map(|(at, _)| at).filter(|at| *at >= source.len());
    for at in colons {
        let (Some(file), Some(rest)) = (locator.get(..at), locator.get(at.saturating_add(1)..))
        else {
            continue;
        };
        let digits = rest.split([' ', ';']).next().unwrap_or_default();
        if let Ok(line) = digits.parse() {
            return FilePlace { file, line: Some(line) };
        }
    }
    nowhere
}

#[cfg(test)]
mod tests {
    use countersign_access::fact::SourceId;

    use super::place;

    #[test]
    fn the_line_is_found_behind_paths_with_spaces_and_colons() {
        let table = [
            ("a b.yaml", "a b.yaml:12 RoleBinding x/y subject[0]", "a b.yaml", Some(12)),
            ("dir", "dir/c:d.csv:7", "dir/c:d.csv", Some(7)),
            ("dir", "dir/x.csv:7; dir/x.csv:9", "dir/x.csv", Some(7)),
            ("dump", "RoleBinding x/y subject[0]", "dump", None),
            ("dump", "dump", "dump", None),
        ];
        for (source, locator, file, line) in table {
            let because = SourceId::new(source).at(locator);
            let found = place(&because);
            assert_eq!((found.file, found.line), (file, line), "{locator}");
        }
    }
}
