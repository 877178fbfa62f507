//! What a parser said about a request, put into words that its sender knows. Knows the phrases of
//! serde and nothing of requests; what it does not know it passes on.

/// Phrases that name how this program is built, with what they mean to a sender.
const PHRASES: [(&str, &str); 5] = [
    ("unknown variant `", "unknown word `"),
    ("invalid digit found in string", "this is not a whole number"),
    ("cannot parse integer from empty string", "this is not a whole number"),
    ("UUID parsing failed: ", "this is not an id: "),
    ("data did not match any variant", "this has none of the forms that are known"),
];

/// Beginnings of what serde expected, with what they mean to a sender.
const EXPECTED: [(&str, &str); 10] = [
    ("struct ", "an object"),
    ("internally tagged enum ", "an object"),
    ("adjacently tagged enum ", "an object"),
    ("map", "an object"),
    ("tuple", "a list"),
    ("enum ", "a word"),
    ("variant ", "a word"),
    ("string or map", "a word"),
    ("i", "a whole number"),
    ("u", "a whole number"),
];

/// The words of a parser for people. `at line 1 column 2` at the end stays.
pub(super) fn plain(said: &str) -> String {
    let (said, place) = match said.rsplit_once(" at line ") {
        Some((said, place)) => (said, format!(" at line {place}")),
        None => (said, String::new()),
    };
    let said = match said.rsplit_once(", expected ") {
        Some((said, expected)) => format!("{said}, expected {}", meaning(expected)),
        None => said.to_owned(),
    };
    let said = PHRASES.iter().fold(said, |said, (theirs, ours)| said.replace(theirs, ours));
    format!("{said}{place}")
}

fn meaning(expected: &str) -> &str {
    let is_number = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    let found = EXPECTED.iter().find(|(theirs, _)| match expected.strip_prefix(theirs) {
        Some(rest) => theirs.len() > 1 || is_number(rest),
        None => false,
    });
    found.map_or(expected, |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_told_of_objects_words_and_numbers_and_of_no_types_of_ours() {
        let said = [
            ("invalid type: sequence, expected struct Content", "expected an object"),
            ("invalid type: map, expected internally tagged enum Change", "expected an object"),
            ("invalid type: integer `3`, expected a string", "expected a string"),
            (
                "invalid type: string \"x\", expected i64 at line 1 column 9",
                "a whole number at line",
            ),
            ("invalid type: null, expected identifier", "expected identifier"),
            ("unknown variant `x`, expected `low` or `high`", "unknown word `x`, expected `low`"),
            ("invalid digit found in string", "not a whole number"),
        ];
        for (theirs, ours) in said {
            assert!(plain(theirs).contains(ours), "{theirs} became {}", plain(theirs));
        }
    }
}
