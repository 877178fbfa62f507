//! Which seat may do what in which tier, and by which policies.

use std::sync::Arc;

use countersign_governance::authority::Verb;
use countersign_governance::seat::SeatName;
use countersign_policy::authority::May;
use countersign_policy::folder::Folder;
use serde::Serialize;
use utoipa::ToSchema;

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyMatrix)]
pub struct Matrix {
    /// Version of this form.
    pub version: u32,
    /// The policy's id and version.
    pub policy: String,
    /// Each verb, with the tiers in which it is open to the same seats.
    pub rows: Vec<MatrixRow>,
}

/// A verb in some tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyMatrixRow)]
pub struct MatrixRow {
    /// The verb.
    pub verb: String,
    /// The tiers.
    pub tiers: Vec<String>,
    /// Whether these are all tiers.
    pub all_tiers: bool,
    /// One for each seat, in the order of the seats.
    pub cells: Vec<Cell>,
}

/// Whether a seat may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyMatrixCell)]
pub struct Cell {
    /// The seat.
    pub seat: String,
    /// `yes` however things stand, `if` as things stand, or `no`.
    pub may: String,
    /// The policies that permit it.
    pub by: Vec<Permitting>,
}

/// A policy that permits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyPermitting)]
pub struct Permitting {
    /// Its id.
    pub policy: String,
    /// Why it is there.
    pub because: String,
    /// File and line.
    pub place: String,
}

/// The matrix of a policy, worked out beside everything else.
pub async fn matrix(folder: &Arc<Folder>) -> Option<Matrix> {
    let folder = Arc::clone(folder);
    tokio::task::spawn_blocking(move || of(&folder)).await.ok()
}

/// The matrix of a policy.
#[must_use]
pub(crate) fn of(folder: &Folder) -> Matrix {
    let mut rows: Vec<MatrixRow> = Vec::new();
    for verb in Verb::ALL {
        let mut of_verb: Vec<MatrixRow> = Vec::new();
        for tier in &folder.tiers.tiers {
            let cells: Vec<Cell> =
                SeatName::ALL.iter().map(|seat| cell(folder, *seat, verb, &tier.id)).collect();
            match of_verb.iter_mut().find(|row| row.cells == cells) {
                Some(row) => row.tiers.push(tier.id.clone()),
                None => of_verb.push(MatrixRow {
                    verb: verb.as_str().to_owned(),
                    tiers: vec![tier.id.clone()],
                    all_tiers: false,
                    cells,
                }),
            }
        }
        for row in &mut of_verb {
            row.all_tiers = row.tiers.len() == folder.tiers.tiers.len();
        }
        rows.append(&mut of_verb);
    }
    Matrix { version: 1, policy: folder.version.clone(), rows }
}

fn cell(folder: &Folder, seat: SeatName, verb: Verb, tier: &str) -> Cell {
    let may = match folder.authorities.may(seat, verb, tier) {
        May::Yes => "yes",
        May::If => "if",
        May::No => "no",
    };
    let by = match may {
        "no" => Vec::new(),
        _ => folder.authorities.permitting(seat, verb, tier),
    };
    let by = by.into_iter().map(|it| Permitting {
        policy: it.id.clone(),
        because: it.because.clone(),
        place: format!("{}:{}", it.file, it.line),
    });
    Cell { seat: seat.as_str().to_owned(), may: may.to_owned(), by: by.collect() }
}
