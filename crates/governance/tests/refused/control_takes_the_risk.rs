//! The control seat confirms and cannot take the risk: an acceptance holds the business seat's
//! signature.

use countersign_governance::exception::accept::Accepted;
use countersign_governance::exception::confirm::Confirmed;

fn accept(confirmed: Confirmed) -> Accepted {
    Accepted { signed: confirmed.signed }
}

fn main() {}
