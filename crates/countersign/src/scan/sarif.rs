//! A scan for code scanning: SARIF 2.1.0 (OASIS), only the parts that such readers use. What could
//! not be read is a notification, so that a partial scan does not look like a clean one.

mod form;

use std::collections::BTreeMap;

use countersign_access::finding::{Finding, Step};
use countersign_access::rule::{Pack, Rule, Severity};

use super::chain::telling;
use super::place::place;
use super::report::Report;
use form::{
    Artifact, Driver, Invocation, Level, Location, Log, LogicalLocation, Message, Notification,
    Physical, Properties, Region, ReportingDescriptor, ResultItem, Run, Tool,
};

/// Most findings in one log; readers such as GitHub take no more than 25,000.
const RESULTS_MAX: usize = 25_000;

/// The log of one scan.
pub(super) fn log<'a>(report: &'a Report, packs: &'a [Pack]) -> Log<'a> {
    let rules: Vec<&Rule> = packs.iter().flat_map(|pack| &pack.rules).collect();
    let index: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let results = report.findings.iter().take(RESULTS_MAX);
    Log::new(Run {
        tool: Tool { driver: driver(&rules) },
        invocations: vec![invocation(report)],
        results: results.map(|finding| result(finding, &index)).collect(),
    })
}

fn driver<'a>(rules: &[&'a Rule]) -> Driver<'a> {
    Driver {
        name: "Countersign",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
    }
}

fn descriptor(rule: &Rule) -> ReportingDescriptor<'_> {
    ReportingDescriptor {
        id: &rule.id,
        short_description: Message::new(rule.title.as_str()),
        full_description: Message::new(rule.explanation.as_str()),
        help: Message::new(rule.remedy.as_str()),
        default_configuration: form::Configuration { level: level(rule.severity) },
        properties: Properties {
            tags: rule.owasp_nhi.iter().chain(&rule.csf).map(String::as_str).collect(),
            security_severity: score(rule.severity),
        },
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium => Level::Warning,
        Severity::Low => Level::Note,
    }
}

/// The middle of the bands that code scanning sorts by.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn invocation(report: &Report) -> Invocation<'_> {
    let unreadable = report.sources.iter().flat_map(|source| &source.unreadable);
    let unreadable = unreadable.map(|it| Notification {
        level: Level::Error,
        message: Message::new(format!("{}: {}", it.place, it.why)),
    });
    let partial = report
        .why_partial
        .iter()
        .map(|why| Notification { level: Level::Warning, message: Message::new(why.as_str()) });
    Invocation {
        execution_successful: !report.partial,
        tool_execution_notifications: unreadable.chain(partial).collect(),
    }
}

fn result<'a>(finding: &'a Finding, index: &BTreeMap<&str, usize>) -> ResultItem<'a> {
    let root = &finding.root_cause;
    let words = format!(
        "{}: {} ({}), affects {}. {}",
        finding.title, root.id, root.kind, finding.affected_total, finding.remedy
    );
    ResultItem {
        rule_id: &finding.rule,
        rule_index: index.get(finding.rule.as_str()).copied(),
        level: level(finding.severity),
        message: Message::new(words),
        locations: locations(finding),
        related_locations: telling(finding).into_iter().flatten().map(location).collect(),
        partial_fingerprints: BTreeMap::from([("countersign/v1", finding.fingerprint.0.as_str())]),
    }
}

/// Where the root cause stands: its own step of a path, else the first step of the first path.
fn locations(finding: &Finding) -> Vec<Location<'_>> {
    let steps = || finding.paths.iter().flatten();
    let at_root = steps().find(|step| step.node.id == finding.root_cause.id);
    at_root.or_else(|| steps().next()).map(location).into_iter().collect()
}

fn location(step: &Step) -> Location<'_> {
    let place = place(&step.because);
    Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: uri(place.file) },
            region: place.line.map(|start_line| Region { start_line }),
        },
        logical_locations: vec![LogicalLocation {
            fully_qualified_name: step.node.id.as_str(),
            kind: step.node.kind.as_str(),
        }],
        message: Message::new(step.because.locator.as_str()),
    }
}

/// A path as a URI reference (RFC 3986): relative where the path is.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if is_plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris_that_other_programs_can_read() {
        assert_eq!(uri("./a b/rbac.yaml"), "a%20b/rbac.yaml");
        assert_eq!(uri("/etc/münchen"), "file:///etc/m%C3%BCnchen");
    }
}
