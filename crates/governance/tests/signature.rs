//! The wrong signature does not compile: there is no constructor for it (law 6).

#[test]
fn there_is_no_constructor_for_the_wrong_signature() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
