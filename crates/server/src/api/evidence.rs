//! What the ledger holds about one case, with its proofs, in one file.

use axum::Json;
use axum::extract::State;
use countersign_ledger::pack::{ENTRIES_MAX, Pack};

use super::Api;
use super::caller::Caller;
use super::problem::code::Code;
use super::problem::{Problem, Wire};
use super::query::Path;
use crate::ask::evidence::{NoPack, pack};

/// The evidence about a finding or an exception: its entries of the ledger with their proofs, and the texts
/// that still exist. `countersign evidence verify` checks it offline; docs/guide/verify-the-ledger.md
/// has the form.
#[utoipa::path(get, path = "/api/v1/evidence/{reference}", tag = "ledger",
    params(("reference" = String, Path, description = "`FN-12` or `EX-3`, or its id")),
    responses(
        (status = 200, body = Object, description = "The pack, whose `version` is 1"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
        (status = 503, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn evidence(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
) -> Result<Json<Pack>, Problem> {
    Ok(Json(made(&api, &reference).await?))
}

/// The pack of a case, or the problem that there is none.
pub(crate) async fn made(api: &Api, reference: &str) -> Result<Pack, Problem> {
    let verifier = api.workers.sealer.key.verifier().to_string();
    pack(&api.workers.door, reference, &verifier).await.map_err(|why| match why {
        NoPack::Unknown => Problem::unknown("finding or exception"),
        NoPack::NotSigned => Problem::of(Code::EvidenceNotSigned),
        NoPack::TooMany => Problem::of(Code::EvidenceTooMany)
            .because(&format!("the case has more than {ENTRIES_MAX} entries")),
        NoPack::NotDone(why) => why.into(),
    })
}
