//! The page of every no: what governance refuses and what else can be wrong with a request, by the
//! status under which it is told, and which seat may do what.

use std::collections::{BTreeMap, BTreeSet};

use countersign_governance::authority::Verb;
use countersign_governance::refusal::Refusal;
use countersign_governance::seat::SeatName;
use countersign_policy::folder::Folder;
use countersign_server::api::problem::Problem;
use countersign_server::api::problem::code::Code;

use super::page::{Page, code};

/// What the rows of one code have in common, and what it says in each case.
#[derive(Default)]
struct Told {
    says: Vec<String>,
    who: String,
    next: String,
}

pub(super) fn page() -> Page {
    let mut page = Page::new("refusals.md", "Refusals");
    page.paragraph(
        "A refusal is sent as a problem (RFC 9457): `status`, a stable `code`, `detail` (why), `who` \
         (could do it) and `next`; on the command line it is exit code 1. The words here are those of one \
         case each; programs go by the code. What begins with `duty.` is kept in the ledger: it knows who \
         was told no.",
    );
    for ((status, title), codes) in by_status() {
        page.heading(2, &format!("{status} {title}"));
        let rows: Vec<_> = codes
            .into_iter()
            .map(|(name, told)| [code(&name), told.says.join("<br>"), told.who, told.next])
            .collect();
        page.table(["code", "what it says", "who could", "what next"], &rows);
    }
    page.heading(2, "Which seat may do what");
    page.paragraph(
        "The policy that is built in; whoever is in none of the seats meets `duty.not-permitted`. The laws \
         ask more: who owns the case, who has part in the access, who has signed it already.",
    );
    let folder = Folder::builtin();
    let rows: Vec<_> = Verb::ALL
        .into_iter()
        .map(|verb| {
            let tiers = folder.tiers.tiers.iter().map(|tier| tier.id.as_str());
            let open: BTreeSet<SeatName> =
                tiers.flat_map(|tier| folder.authorities.seats(verb, tier)).collect();
            let seats: Vec<&str> = open.into_iter().map(SeatName::as_str).collect();
            [code(verb.as_str()), seats.join(", ")]
        })
        .collect();
    page.table(["verb", "seats"], &rows);
    page
}

/// Every code under its status.
fn by_status() -> BTreeMap<(u16, String), BTreeMap<String, Told>> {
    let refused = Refusal::one_of_each();
    let problems = refused.iter().map(Problem::refused);
    let problems = problems.chain(Code::ALL.iter().map(|code| Problem::of(*code)));
    let mut all = BTreeMap::<_, BTreeMap<String, Told>>::new();
    for problem in problems {
        let wire = problem.wire();
        let under = all.entry((wire.status, wire.title.clone())).or_default();
        let told = under.entry(wire.code.clone()).or_default();
        told.says.push(wire.detail.clone());
        told.who.clone_from(&wire.who);
        told.next.clone_from(&wire.next);
    }
    all
}
