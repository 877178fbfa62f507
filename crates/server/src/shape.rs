//! What types of the crates below look like in JSON, for the document: they know nothing of it. Each
//! shape stands beside a test that reads what it promises.

use countersign_access::edge::EdgeKind;
use serde_json::json;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type,
};
use utoipa::openapi::{RefOr, Schema};

/// Minutes in a day.
const DAY_MINUTES: usize = 1_440;

/// Most days that can be written down.
const DAYS_MAX: usize = 4_294_967_295;

/// How the access is used: [`countersign_governance::exception::Use`].
pub(crate) fn used() -> RefOr<Schema> {
    let continuous = variant("use", "continuous");
    let day = number(1, 7);
    let days = ArrayBuilder::new().items(day).min_items(Some(1)).max_items(Some(7));
    let window = closed(variant("use", "window"))
        .property("weekdays", days)
        .required("weekdays")
        .property("from_minute", number(0, DAY_MINUTES - 1))
        .required("from_minute")
        .property("until_minute", number(1, DAY_MINUTES))
        .required("until_minute")
        .property("zone", text().examples([json!("Europe/Amsterdam")]))
        .required("zone");
    one_of([continuous, window])
}

/// How a control is tested: [`countersign_access::change::Probe`].
pub(crate) fn probe() -> RefOr<Schema> {
    let node = |name: &str, variant: ObjectBuilder| variant.property(name, text()).required(name);
    let no_login = node("account", closed(variant("test", "no_login")));
    let expires = node("credential", closed(variant("test", "expires_within")));
    let expires = expires.property("days", number(0, DAYS_MAX)).required("days");
    let path = node("from", node("to", closed(variant("test", "path_absent"))));
    one_of([no_login, expires, path])
}

/// A change of a system: [`countersign_access::change::Change`].
pub(crate) fn change() -> RefOr<Schema> {
    let kinds = EdgeKind::ALL.map(EdgeKind::as_str);
    let grantor = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("On whose authority it was granted, where the system tells that"));
    let remove = variant("what", "remove_edge")
        .property("source", text())
        .required("source")
        .property("kind", words(kinds))
        .required("kind")
        .property("target", text())
        .required("target")
        .property("grantor", grantor);
    let disable =
        variant("what", "disable_account").property("account", text()).required("account");
    one_of([remove, disable])
}

/// An object that says by this word which one it is.
fn variant(tag: &str, word: &str) -> ObjectBuilder {
    ObjectBuilder::new().property(tag, words([word])).required(tag)
}

/// Nothing else may stand in it.
fn closed(object: ObjectBuilder) -> ObjectBuilder {
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

fn one_of<const N: usize>(variants: [ObjectBuilder; N]) -> RefOr<Schema> {
    let all = variants.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
    RefOr::T(all.build().into())
}

/// One of some words.
pub(crate) fn words<const N: usize>(words: [&str; N]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).min_length(Some(1))
}

fn number(least: usize, most: usize) -> ObjectBuilder {
    let kind = SchemaType::Type(Type::Integer);
    ObjectBuilder::new().schema_type(kind).minimum(Some(least)).maximum(Some(most))
}

#[cfg(test)]
mod tests {
    use countersign_access::change::{Change, Probe};
    use countersign_governance::exception::Use;
    use serde_json::Value;

    use super::*;

    /// What a type reads and what its shape allows is the same, and nothing is left out.
    fn agree(shape: &RefOr<Schema>, reads: impl Fn(&Value) -> bool, samples: &[(Value, bool)]) {
        let schema = serde_json::to_value(shape).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for (sample, good) in samples {
            assert_eq!((schema.is_valid(sample), reads(sample)), (*good, *good), "{sample}");
        }
    }

    #[test]
    fn a_declared_use_has_the_shape_of_the_document() {
        let window = |from: i64, days: Value| {
            json!({ "use": "window", "weekdays": days, "from_minute": from,
                "until_minute": 1_080, "zone": "Europe/Amsterdam" })
        };
        let mut more = window(480, json!([1]));
        more["why"] = json!("none");
        let samples = [
            (json!({ "use": "continuous" }), true),
            (window(480, json!([1, 7])), true),
            (window(480, json!([])), false),
            (window(480, json!([8])), false),
            (window(1_440, json!([1])), false),
            (more, false),
            (json!({ "use": "never" }), false),
            (json!({}), false),
        ];
        let reads = |it: &Value| serde_json::from_value::<Use>(it.clone()).is_ok();
        agree(&used(), reads, &samples);
    }

    #[test]
    fn a_test_of_a_control_has_the_shape_of_the_document() {
        let samples = [
            (json!({ "test": "no_login", "account": "erp/account/1" }), true),
            (json!({ "test": "no_login", "account": "" }), false),
            (json!({ "test": "no_login", "account": "erp/account/1", "days": 1 }), false),
            (json!({ "test": "expires_within", "credential": "erp/key/1", "days": 30 }), true),
            (json!({ "test": "expires_within", "credential": "erp/key/1", "days": -1 }), false),
            (json!({ "test": "path_absent", "from": "a", "to": "b" }), true),
            (json!({ "test": "path_absent", "from": "a" }), false),
            (json!({}), false),
        ];
        let reads = |it: &Value| serde_json::from_value::<Probe>(it.clone()).is_ok();
        agree(&probe(), reads, &samples);
    }

    #[test]
    fn a_change_has_the_shape_of_the_document() {
        let edge = |kind: &str| {
            json!({ "what": "remove_edge", "source": "a", "kind": kind, "target": "b",
                "grantor": null })
        };
        let samples = [
            (edge("member_of"), true),
            (edge("grants"), true),
            (edge("likes"), false),
            (
                json!({ "what": "remove_edge", "source": "a", "kind": "grants", "target": "b" }),
                true,
            ),
            (json!({ "what": "remove_edge", "source": "a", "kind": "grants" }), false),
            (json!({ "what": "disable_account", "account": "erp/account/1" }), true),
            (json!({ "what": "disable_account" }), false),
            (json!({ "what": "nothing" }), false),
        ];
        let reads = |it: &Value| serde_json::from_value::<Change>(it.clone()).is_ok();
        agree(&change(), reads, &samples);
    }
}
