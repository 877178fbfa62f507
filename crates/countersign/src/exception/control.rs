//! How a control is tested, as people type it: `no-login=ID@SYSTEM`,
//! `expires-within=ID:DAYS@SYSTEM`, `path-absent=FROM:TO`; and hours, as `24h` or `7d`.

use countersign_access::change::Probe;
use countersign_access::node::NodeId;

/// A test as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// What is asked.
    pub(super) probe: Probe,
    /// Which system is asked; the graph where there is none.
    pub(super) system: Option<String>,
}

/// Reads a test.
///
/// # Errors
/// When it has none of the three forms.
pub(super) fn test(text: &str) -> Result<Test, String> {
    let (kind, rest) = text.trim().split_once('=').ok_or_else(none)?;
    let node = |id: &str| NodeId::new(id.trim()).map_err(|_| none());
    match kind {
        "no-login" => {
            let (account, system) = of_system(rest)?;
            Ok(Test { probe: Probe::NoLogin { account: node(account)? }, system: Some(system) })
        }
        "expires-within" => {
            let (asked, system) = of_system(rest)?;
            let (credential, days) = asked.rsplit_once(':').ok_or_else(none)?;
            let days = days.parse().map_err(|_| none())?;
            let probe = Probe::ExpiresWithin { credential: node(credential)?, days };
            Ok(Test { probe, system: Some(system) })
        }
        "path-absent" => {
            let (from, to) = rest.split_once(':').ok_or_else(none)?;
            if to.contains(':') {
                return Err("where an id holds `:`, the two cannot be told apart: put the \
                            exception into a file and give it with `--from FILE`"
                    .to_owned());
            }
            let probe = Probe::PathAbsent { from: node(from)?, to: node(to)? };
            Ok(Test { probe, system: None })
        }
        _ => Err(none()),
    }
}

/// Reads whole hours, as `24h`, or days, as `7d`.
///
/// # Errors
/// When they have another form.
pub(super) fn hours(text: &str) -> Result<u32, String> {
    let wrong = || "write hours as `24h`, or days as `7d`".to_owned();
    let text = text.trim();
    let (count, unit) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(count), _) => (count, 1),
        (None, Some(count)) => (count, 24),
        (None, None) => return Err(wrong()),
    };
    let count: u32 = count.parse().map_err(|_| wrong())?;
    count.checked_mul(unit).filter(|hours| *hours > 0).ok_or_else(wrong)
}

/// What is asked and of which system; an id may hold `@` itself.
fn of_system(text: &str) -> Result<(&str, String), String> {
    match text.rsplit_once('@') {
        Some((asked, system)) if !system.is_empty() => Ok((asked, system.to_owned())),
        Some(_) | None => Err(none()),
    }
}

fn none() -> String {
    "this is no test: write `no-login=ID@SYSTEM`, `expires-within=ID:DAYS@SYSTEM` or \
     `path-absent=FROM:TO`"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_read_in_each_of_its_forms() {
        let read = |text: &str| {
            let test = test(text).unwrap();
            (serde_json::to_value(&test.probe).unwrap(), test.system)
        };
        let erp = Some("erp".to_owned());
        assert_eq!(
            read("no-login=erp/user/a@b.example@erp"),
            (
                serde_json::json!({"test": "no_login", "account": "erp/user/a@b.example"}),
                erp.clone()
            ),
            "an id may hold the sign before the system"
        );
        assert_eq!(
            read("expires-within=arn:key:7@erp"),
            (
                serde_json::json!({"test": "expires_within", "credential": "arn:key", "days": 7}),
                erp
            )
        );
        assert_eq!(
            read("path-absent=a/b:c/d"),
            (serde_json::json!({"test": "path_absent", "from": "a/b", "to": "c/d"}), None)
        );
    }

    #[test]
    fn what_is_no_test_is_refused_in_words() {
        for bad in [
            "",
            "no-login",
            "no-login=",
            "no-login=a",
            "no-login=@erp",
            "no-login=a@",
            "expires-within=a@erp",
            "expires-within=a:soon@erp",
            "path-absent=a",
            "path-absent=:b",
            "is-fine=a@erp",
        ] {
            assert!(test(bad).unwrap_err().contains("path-absent=FROM:TO"), "{bad}");
        }
        assert!(test("path-absent=a:b:c").unwrap_err().contains("--from FILE"));
    }

    #[test]
    fn hours_are_read_as_hours_or_days() {
        assert_eq!((hours("24h"), hours("7d")), (Ok(24), Ok(168)));
        for bad in ["", "24", "h", "0h", "-1h", "1w", "1.5h", "4294967295d"] {
            assert!(hours(bad).is_err(), "{bad}");
        }
    }
}
