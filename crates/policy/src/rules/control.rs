//! Ids of public control lists: OWASP Non-Human Identities Top 10 (2025) and NIST CSF 2.0. Common
//! spellings and the CSF 1.1 ids that people still quote are accepted; the official id is kept.

/// Categories of NIST CSF 2.0 with the numbers of their subcategories (106 in all; the gaps are
/// NIST's: those of CSF 1.1 that moved).
const CSF: [(&str, &[u8]); 22] = [
    ("GV.OC", &[1, 2, 3, 4, 5]),
    ("GV.RM", &[1, 2, 3, 4, 5, 6, 7]),
    ("GV.RR", &[1, 2, 3, 4]),
    ("GV.PO", &[1, 2]),
    ("GV.OV", &[1, 2, 3]),
    ("GV.SC", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("ID.AM", &[1, 2, 3, 4, 5, 7, 8]),
    ("ID.RA", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("ID.IM", &[1, 2, 3, 4]),
    ("PR.AA", &[1, 2, 3, 4, 5, 6]),
    ("PR.AT", &[1, 2]),
    ("PR.DS", &[1, 2, 10, 11]),
    ("PR.PS", &[1, 2, 3, 4, 5, 6]),
    ("PR.IR", &[1, 2, 3, 4]),
    ("DE.CM", &[1, 2, 3, 6, 9]),
    ("DE.AE", &[2, 3, 4, 6, 7, 8]),
    ("RS.MA", &[1, 2, 3, 4, 5]),
    ("RS.AN", &[3, 6, 7, 8]),
    ("RS.CO", &[2, 3]),
    ("RS.MI", &[1, 2]),
    ("RC.RP", &[1, 2, 3, 4, 5, 6]),
    ("RC.CO", &[3, 4]),
];

/// CSF 1.1 ids and what became of them in 2.0.
const CSF_1_1: [(&str, u8, &str); 6] = [
    ("PR.AC", 1, "PR.AA-01"),
    ("PR.AC", 4, "PR.AA-05"),
    ("PR.AC", 6, "PR.AA-02"),
    ("PR.AC", 7, "PR.AA-03"),
    ("ID.GV", 2, "GV.RR-02"),
    ("ID.GV", 3, "GV.OC-03"),
];

/// The official id for `NHI5:2025`, `NHI5`, `NHI-05` and the like, or what would be right.
///
/// # Errors
/// A sentence for the author of the rule.
pub(crate) fn owasp_nhi(text: &str) -> Result<String, String> {
    let upper = text.trim().to_ascii_uppercase();
    let bare = upper.strip_suffix(":2025").unwrap_or(&upper);
    let number = bare.strip_prefix("NHI").map(|rest| rest.trim_start_matches(['-', ' ']));
    match number.and_then(two_digits) {
        Some(number @ 1..=10) => Ok(format!("NHI{number}:2025")),
        _ => Err(format!(
            "unknown OWASP NHI id `{text}`: write `NHI1:2025` to `NHI10:2025` (`NHI-01` is understood)"
        )),
    }
}

/// The official CSF 2.0 id for `PR.AA-05`, `PR.AA-5`, the category `GV.OV` or a CSF 1.1 id, or what
/// would be right.
///
/// # Errors
/// A sentence for the author of the rule.
pub(crate) fn csf(text: &str) -> Result<String, String> {
    let upper = text.trim().to_ascii_uppercase();
    let (category, number) = match upper.split_once('-') {
        Some((category, number)) => (category, Some(number)),
        None => (upper.as_str(), None),
    };
    let Some(digits) = number else {
        return category_alone(category, text);
    };
    let number = two_digits(digits).ok_or_else(|| unknown(text))?;
    let moved = CSF_1_1.iter().find(|(old, at, _)| *old == category && *at == number);
    if let Some((_, _, new)) = moved {
        return Ok((*new).to_owned());
    }
    match CSF.iter().find(|(known, _)| *known == category) {
        Some((_, numbers)) if numbers.contains(&number) => Ok(format!("{category}-{number:02}")),
        Some((_, numbers)) => {
            let known: Vec<_> = numbers.iter().map(|at| format!("`{category}-{at:02}`")).collect();
            Err(format!("unknown NIST CSF 2.0 id `{text}`: write one of {}", known.join(", ")))
        }
        None => Err(unknown(text)),
    }
}

fn category_alone(category: &str, text: &str) -> Result<String, String> {
    if CSF.iter().any(|(known, _)| *known == category) {
        Ok(category.to_owned())
    } else {
        Err(unknown(text))
    }
}

fn unknown(text: &str) -> String {
    format!(
        "unknown NIST CSF 2.0 id `{text}`: write an id such as `PR.AA-05` (`PR.AC-1`, `-4`, `-6`, `-7`, \
         `ID.GV-2` and `-3` of CSF 1.1 are understood)"
    )
}

fn two_digits(text: &str) -> Option<u8> {
    let well_formed =
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if well_formed { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_spellings_become_the_official_owasp_id() {
        for spelling in ["NHI5:2025", "NHI5", "NHI-05", "NHI-5", "nhi05"] {
            assert_eq!(owasp_nhi(spelling), Ok("NHI5:2025".to_owned()), "{spelling}");
        }
        assert_eq!(owasp_nhi("NHI-10"), Ok("NHI10:2025".to_owned()));
        for wrong in ["NHI0", "NHI11", "NHI", "NHI5:2024", "ASI03", "NHI+5", "NHI005", ""] {
            assert!(owasp_nhi(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn old_and_short_spellings_become_the_csf_2_id() {
        let table = [
            ("PR.AA-05", "PR.AA-05"),
            ("GV.RR-2", "GV.RR-02"),
            ("PR.AC-4", "PR.AA-05"),
            ("PR.AC-01", "PR.AA-01"),
            ("ID.GV-3", "GV.OC-03"),
            ("gv.ov", "GV.OV"),
            ("GV.SC-10", "GV.SC-10"),
        ];
        for (spelling, official) in table {
            assert_eq!(csf(spelling), Ok(official.to_owned()), "{spelling}");
        }
        for wrong in ["PR.AC-2", "ID.AM-06", "PR.AA-0", "PR.AA-", "PR", "XX.YY-01", "GV.RR--2"] {
            assert!(csf(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_catalogue_has_the_106_subcategories_of_csf_2() {
        assert_eq!(CSF.iter().map(|(_, numbers)| numbers.len()).sum::<usize>(), 106);
    }
}
