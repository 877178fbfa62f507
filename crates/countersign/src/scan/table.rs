//! A scan for people: the findings, the worst first, then one line that sums up, then what it all
//! rests on. Colour is taken out again where the output is no terminal.

use std::fmt::Write as _;

use countersign_access::finding::{Certainty, Finding, Step};
use countersign_access::rule::Severity;
use countersign_policy::rules::RuleSet;
use owo_colors::OwoColorize;

use super::chain;
use super::report::Report;
use crate::files::Source;
use crate::output::{plain, wrap};

/// Most findings that are shown in full; the sum counts all.
const FINDINGS_MAX: usize = 100;

/// Most affected identities that are named.
const NAMED_MAX: usize = 5;

/// Most unreadable places that are named for one source.
const UNREADABLE_MAX: usize = 20;

/// Most notes that are shown for one source.
const NOTES_MAX: usize = 20;

/// Characters of a fingerprint that are shown; `graph cut` takes them for the whole.
const SHORT_FINGERPRINT: usize = 12;

const INDENT: &str = "            ";

/// The whole report.
pub(super) fn table(report: &Report, rules: &RuleSet) -> String {
    let mut text = String::new();
    for block in blocks(report.findings.iter().take(FINDINGS_MAX)) {
        text.push_str(&show(&block));
        text.push('\n');
    }
    let left_out = report.findings.len().saturating_sub(FINDINGS_MAX);
    if left_out > 0 {
        let _infallible = writeln!(
            text,
            "{left_out} more findings are not shown here: use `--format json --out FILE`\n"
        );
    }
    let _infallible = writeln!(text, "{}", sum(report).bold());
    text.push_str(&rests_on(report, rules));
    text
}

/// Findings with the same cause, the same paths and the same people, told together.
struct Block<'a> {
    findings: Vec<&'a Finding>,
    paths: Vec<&'a [Step]>,
}

impl<'a> Block<'a> {
    fn tells(&self, finding: &Finding, paths: &[&[Step]]) -> bool {
        self.paths == paths
            && self.findings.first().is_some_and(|first| {
                first.root_cause == finding.root_cause
                    && first.affected_total == finding.affected_total
                    && first.affected == finding.affected
                    && first.missing == finding.missing
            })
    }
}

fn blocks<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for finding in findings {
        let paths = chain::telling(finding);
        match blocks.iter_mut().find(|block| block.tells(finding, &paths)) {
            Some(block) => block.findings.push(finding),
            None => blocks.push(Block { findings: vec![finding], paths }),
        }
    }
    blocks
}

fn show(block: &Block<'_>) -> String {
    let mut text: String = block.findings.iter().map(|finding| heading(finding)).collect();
    let Some(finding) = block.findings.first() else { return text };
    if finding.certainty == Certainty::Potential {
        let missing: Vec<String> = finding
            .missing
            .iter()
            .map(|it| format!("{} ({})", plain(&it.kind), plain(&it.what)))
            .collect();
        text.push_str(&field("potential", &format!("not known: {}", missing.join("; "))));
    }
    let root = &finding.root_cause;
    text.push_str(&field("root cause", &format!("{} ({})", plain(root.id.as_str()), root.kind)));
    text.push_str(&field("affects", &affected(finding)));
    for (index, path) in block.paths.iter().enumerate() {
        let label = if index == 0 { "path" } else { "and" };
        text.push_str(&labelled(label, &chain::draw(path, INDENT)));
    }
    text
}

/// Severity, title, rule and the beginning of the fingerprint; below it what to do.
fn heading(finding: &Finding) -> String {
    let severity = badge(finding.severity);
    let title = plain(&finding.title);
    let short: String = finding.fingerprint.0.chars().take(SHORT_FINGERPRINT).collect();
    let rule = format!("{} {short}", finding.rule);
    let remedy = wrap(&plain(&finding.remedy), INDENT);
    format!("{severity} {}  {}\n{remedy}", title.bold(), rule.dimmed())
}

fn badge(severity: Severity) -> String {
    let word = format!(" {:<10}", severity.as_str().to_uppercase());
    match severity {
        Severity::Critical => word.white().on_red().bold().to_string(),
        Severity::High => word.red().bold().to_string(),
        Severity::Medium => word.yellow().bold().to_string(),
        Severity::Low => word.blue().bold().to_string(),
    }
}

fn affected(finding: &Finding) -> String {
    let named: Vec<String> =
        finding.affected.iter().take(NAMED_MAX).map(|it| plain(it.id.as_str())).collect();
    let more = finding.affected_total.saturating_sub(named.len());
    let names = named.join(", ");
    let count = finding.affected_total;
    match (count, more) {
        (1, _) => names,
        (_, 0) => format!("{count}: {names}"),
        _ => format!("{count}: {names} and {more} more"),
    }
}

fn field(label: &str, words: &str) -> String {
    labelled(label, &wrap(words, INDENT))
}

/// Puts a label into the indent of the first line.
fn labelled(label: &str, lines: &str) -> String {
    let rest = lines.strip_prefix(INDENT).unwrap_or(lines);
    let label = format!("{label:>11}");
    format!("{} {rest}", label.dimmed())
}

fn sum(report: &Report) -> String {
    let findings = &report.findings;
    match (findings.is_empty(), report.why_partial.is_empty()) {
        (true, true) => return "Nothing toxic found.".into(),
        (true, false) => {
            return "Nothing toxic found in what could be read, which is not all.".into();
        }
        (false, _) => {}
    }
    let of = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let counts: Vec<String> = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| format!("{} {}", of(severity), severity.as_str()))
        .collect();
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    format!("{} {noun}: {}", findings.len(), counts.join(", "))
}

fn rests_on(report: &Report, rules: &RuleSet) -> String {
    let mut text = String::new();
    let count: usize = rules.packs.iter().map(|pack| pack.rules.len()).sum();
    let packs = if rules.packs.is_empty() {
        "no rules at all: give `--rules`, or leave `--no-builtin` out".to_owned()
    } else {
        format!("{count} rules ({})", rules.version)
    };
    let _infallible = writeln!(text, "\n{} {packs}", "Judged by".dimmed());
    for source in &report.sources {
        text.push_str(&source_lines(source));
    }
    for why in &report.why_partial {
        text.push_str(&wrap(&format!("Partial: {}", plain(why)), ""));
    }
    text
}

fn source_lines(source: &Source) -> String {
    let mut text = String::new();
    let _infallible = writeln!(
        text,
        "{} {} ({}): {} identities, {} edges, {} dangling",
        "Read".dimmed(),
        plain(&source.path),
        source.format,
        source.identities,
        source.edges,
        source.dangling
    );
    for note in source.notes.iter().take(NOTES_MAX) {
        let _infallible = writeln!(text, "  {}", plain(note));
    }
    let more = source.notes.len().saturating_sub(NOTES_MAX);
    if more > 0 {
        let _infallible = writeln!(text, "  {more} more notes: use `--format json`");
    }
    for unreadable in source.unreadable.iter().take(UNREADABLE_MAX) {
        let words = format!("{}: {}", plain(&unreadable.place), plain(&unreadable.why));
        text.push_str(&wrap(&words, "  ").red().to_string());
    }
    let more = source.unreadable.len().saturating_sub(UNREADABLE_MAX);
    if more > 0 {
        let _infallible = writeln!(text, "  {more} more places could not be read");
    }
    text
}
