//! How long a folder of 200 policies, 2,000 rules and 500 tests takes to load, to validate and to test,
//! and what one question costs from the policies that can have a say and from all of them:
//! `cargo run --release -p countersign-policy --example policy-speed`

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::time::Instant;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::{Ask, Case, Situation, Who};
use countersign_policy::folder;
use countersign_policy::rules::Text;
use jiff::Timestamp;

const RUNS: usize = 15;
const QUESTIONS: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let texts = folder()?;
    let mut load = Vec::new();
    let mut test = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let loaded = folder::load(&texts).map_err(words)?;
        load.push(start.elapsed().as_micros());
        let start = Instant::now();
        let report = loaded.test(&texts).map_err(words)?;
        test.push(start.elapsed().as_micros());
        last = Some((loaded, report));
    }
    let (folder, report) = last.ok_or("no run")?;
    if !report.failures.is_empty() {
        return Err(format!("{} of {} failed", report.failures.len(), report.cases).into());
    }
    let rules: usize = folder.rules.packs.iter().map(|pack| pack.rules.len()).sum();
    let policies = folder.authorities.about.len();
    let ask = question();
    let answer = folder.authorities.judge(&ask)?;
    if answer != folder.authorities.judge_by_all(&ask)? || !answer.permitted {
        return Err("the indexed answer is another".into());
    }
    let mut indexed = Vec::new();
    let mut whole = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        for _ in 0..QUESTIONS {
            black_box(folder.judge(black_box(&ask), Timestamp::UNIX_EPOCH)?);
        }
        indexed.push(start.elapsed().as_nanos() / u128::from(QUESTIONS));
        let start = Instant::now();
        for _ in 0..QUESTIONS {
            black_box(folder.authorities.judge_by_all(black_box(&ask))?);
        }
        whole.push(start.elapsed().as_nanos() / u128::from(QUESTIONS));
    }
    let (one, all) = (median(indexed), median(whole));
    let evaluated = folder.authorities.evaluated(ask.verb, &ask.case.tier);
    let mut out = io::stdout().lock();
    writeln!(out, "{policies} policies, {rules} rules, {} tests", report.cases)?;
    writeln!(out, "load and validate  {:>8} us", median(load))?;
    writeln!(out, "run the tests      {:>8} us", median(test))?;
    writeln!(out, "one question       {one:>8} ns, {evaluated} policies evaluated")?;
    writeln!(out, "from all policies  {all:>8} ns")?;
    #[expect(clippy::cast_precision_loss, reason = "a ratio of two small numbers")]
    let share = one as f64 / all as f64;
    writeln!(out, "share              {share:>8.3} (at most 0.2)")?;
    Ok(())
}

fn words(bad: Vec<folder::Malformed>) -> String {
    bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn median(mut times: Vec<u128>) -> u128 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The built-in folder with as many policies as may be for each verb, packs of rules, and tests.
fn folder() -> Result<Vec<Text>, Box<dyn Error>> {
    let mut texts = folder::builtin_texts();
    texts.retain(|text| !text.name.starts_with("rules/"));
    let (mut policies, mut tests) = (String::new(), String::new());
    for at in 0..176_usize {
        let verb = Verb::ALL.get(at % Verb::ALL.len()).ok_or("a verb")?.as_str();
        let number = at / Verb::ALL.len();
        writeln!(
            policies,
            "@id(\"site.{at}\")\n@because(\"The site says so.\")\nforbid (principal, action == \
             Action::\"{verb}\", resource)\nwhen {{ resource.process == \"p{number}\" && resource.radius > \
             {number} && context.strength < 2 && !principal.duties.contains(\"d{number}\") }};\n"
        )?;
        for process in [format!("p{number}"), "other".to_owned()] {
            let expect = "forbid";
            writeln!(
                tests,
                "[[case]]\nname = \"{at} {process}\"\nverb = \"{verb}\"\nseats = [\"auditor\"]\nprocess = \
                 \"{process}\"\nradius = 500\nstrength = 1\nexpect = \"{expect}\"\n"
            )?;
        }
    }
    texts.push(Text { name: "authority/site.cedar".to_owned(), text: policies });
    texts.push(Text { name: "authority/site.test.toml".to_owned(), text: tests });
    for pack in 0..4 {
        let mut text = format!("[pack]\nid = \"p{pack}\"\nversion = \"1\"\n");
        for rule in 0..500 {
            write!(
                text,
                "[[rule]]\nid = \"p{pack}.{rule}\"\ntitle = \"Enters and pays {rule}\"\nseverity = \
                 \"high\"\nexplanation = \"Whoever enters what they pay pays themselves.\"\nremedy = \"Take \
                 one of the two away.\"\n[[rule.side]]\nname = \"enter\"\nany = [{{ system = \"erp\", action \
                 = \"enter{rule}*\" }}]\n[[rule.side]]\nname = \"pay\"\nany = [{{ tag = \"duty=pay{rule}\" \
                 }}]\n"
            )?;
        }
        texts.push(Text { name: format!("rules/p{pack}.toml"), text });
    }
    Ok(texts)
}

/// A person with two seats, a case with a few people: what a question carries.
fn question() -> Ask {
    let person = |number| PersonId(uuid::Uuid::from_u128(number));
    Ask {
        who: Who {
            person: person(1),
            active: true,
            seats: [SeatName::Business, SeatName::Operations].into(),
            duties: BTreeSet::new(),
            stands_in_for: [person(2)].into(),
            reports_to: BTreeSet::new(),
        },
        verb: Verb::ExceptionAccept,
        case: Case {
            process: Some("procure-to-pay".to_owned()),
            criticality: Criticality::High,
            system: Some("erp".to_owned()),
            radius: 140,
            requesters: [person(3)].into(),
            beneficiaries: (4..12).map(person).collect(),
            owner: Some(person(1)),
            ..Case::of_tier("critical")
        },
        situation: Situation::best(),
        deputy_for: None,
    }
}
