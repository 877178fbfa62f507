//! The matrix of the built-in policy, reviewed: seat x verb x tier.

use countersign_policy::folder::Folder;
use countersign_policy::matrix;

#[test]
fn the_matrix_is_as_reviewed() {
    insta::assert_snapshot!(matrix::text(&Folder::builtin()));
}
