//! The one spelling of a value as JSON (RFC 8785), narrowed to what every reader agrees on: no
//! fractions, no integer beyond 2^53, no key twice. Does not repair anything: a value that does not
//! fit is refused, because what is hashed is what is stored.

mod strict;

use serde::Serialize;

use self::strict::Strict;
pub use self::strict::{DEPTH_MAX, INTEGER_MAX, NotCanonical};

/// The canonical bytes of a value.
///
/// Our own check runs before the canonicaliser, which would round large integers and turn an
/// infinity inside a map into `null` without a word.
///
/// # Errors
/// [`NotCanonical`] names what has no canonical form here.
pub fn bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    value.serialize(Strict::root())?;
    serde_json_canonicalizer::to_vec(&value)
        .map_err(|refusal| NotCanonical::Refused(refusal.to_string()))
}

/// Reads bytes that must already be canonical, and gives the value they say.
///
/// # Errors
/// [`NotCanonical`] when the bytes are no JSON, say something that has no canonical form here, or
/// are spelt in another way (white space, key order, escapes, a key twice).
pub fn check(bytes: &[u8]) -> Result<serde_json::Value, NotCanonical> {
    let value = serde_json::from_slice(bytes)
        .map_err(|refusal| NotCanonical::NotJson(refusal.to_string()))?;
    must_equal(bytes, &value)?;
    Ok(value)
}

/// That `bytes` are the canonical bytes of `value`, which was read from them.
pub(crate) fn must_equal<T: Serialize>(bytes: &[u8], value: &T) -> Result<(), NotCanonical> {
    let again = self::bytes(value)?;
    if again == bytes {
        return Ok(());
    }
    let at = again.iter().zip(bytes).take_while(|(ours, theirs)| ours == theirs).count();
    Err(NotCanonical::OtherSpelling { at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use serde::ser::SerializeMap;
    use serde_json::{Value, json};

    fn text(value: &Value) -> String {
        String::from_utf8(bytes(value).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_by_utf_16_units_as_in_rfc_8785_section_3_2_3() {
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let canonical = text(&value);
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
        let places: Vec<_> = order.iter().map(|word| canonical.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{canonical}");
    }

    #[test]
    fn strings_are_escaped_as_in_rfc_8785_section_3_2_2_2() {
        let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{8}\u{c}\t\r\u{7f}");
        assert_eq!(text(&value), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\t\\r\u{7f}\"");
    }

    #[test]
    fn literals_and_nesting_are_written_without_white_space() {
        let value = json!({"literals": [null, true, false], "a": {"c": [], "b": {}}, "": -1});
        assert_eq!(text(&value), r#"{"":-1,"a":{"b":{},"c":[]},"literals":[null,true,false]}"#);
    }

    #[test]
    fn integers_are_exact_up_to_2_to_the_53_and_refused_beyond() {
        for (number, written) in [
            (json!(0), "0"),
            (json!(9_007_199_254_740_991_u64), "9007199254740991"),
            (json!(9_007_199_254_740_992_u64), "9007199254740992"),
            (json!(-9_007_199_254_740_992_i64), "-9007199254740992"),
        ] {
            assert_eq!(text(&number), written);
            assert_eq!(check(written.as_bytes()).unwrap(), number);
        }
        for beyond in ["9007199254740993", "-9007199254740993", "18446744073709551615"] {
            let refusal = check(beyond.as_bytes()).unwrap_err();
            assert!(matches!(refusal, NotCanonical::Integer { .. }), "{refusal}");
            assert!(refusal.to_string().contains(beyond), "{refusal}");
        }
        assert!(matches!(bytes(&u128::MAX), Err(NotCanonical::Integer { .. })));
        assert!(matches!(bytes(&i128::MIN), Err(NotCanonical::Integer { .. })));
        assert_eq!(bytes(&(1_i128 << 53)).unwrap(), b"9007199254740992");
    }

    #[test]
    fn fractions_and_what_is_no_number_are_refused_wherever_they_stand() {
        for number in [1.5, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(bytes(&number), Err(NotCanonical::Fraction));
            assert_eq!(bytes(&[number]), Err(NotCanonical::Fraction));
            assert_eq!(
                bytes(&BTreeMap::from([("deep", Some(number))])),
                Err(NotCanonical::Fraction)
            );
        }
        for text in ["1.0", "1e2", "-0", "123456789012345678901234567890"] {
            assert_eq!(check(text.as_bytes()), Err(NotCanonical::Fraction), "{text}");
        }
    }

    #[test]
    fn only_the_canonical_spelling_is_accepted() {
        assert!(check(br#"{"a":1,"b":[2,"x"]}"#).is_ok());
        for other in [
            r#"{"b":[2,"x"],"a":1}"#,
            r#"{"a": 1,"b":[2,"x"]}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":"\u0061"}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u000F"}"#,
            " 1",
            "1\n",
            "{\"a\":1}\r",
        ] {
            let refusal = check(other.as_bytes()).unwrap_err();
            assert!(matches!(refusal, NotCanonical::OtherSpelling { .. }), "{other}: {refusal}");
        }
        for broken in [&b"{"[..], b"", b"01", b"\xff", b"\"\\ud800\"", b"[1,]", b"nul", b"\"\x01\""]
        {
            assert!(matches!(check(broken), Err(NotCanonical::NotJson(_))), "{broken:?}");
        }
    }

    #[test]
    fn the_place_of_another_spelling_is_named() {
        assert_eq!(check(br#"{"a": 1}"#), Err(NotCanonical::OtherSpelling { at: 5 }));
    }

    #[test]
    fn a_key_that_two_fields_write_is_refused() {
        struct Twice;
        impl Serialize for Twice {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("a", &1)?;
                map.serialize_entry("a", &1)?;
                map.end()
            }
        }
        assert!(matches!(bytes(&Twice), Err(NotCanonical::Refused(_))));
    }

    #[test]
    fn keys_that_are_no_strings_are_refused() {
        assert_eq!(bytes(&BTreeMap::from([(1, "a")])), Err(NotCanonical::Key));
        assert_eq!(bytes(&BTreeMap::from([(true, "a")])), Err(NotCanonical::Key));
        assert!(bytes(&BTreeMap::from([('a', "a")])).is_ok());
    }

    #[test]
    fn nesting_has_a_limit_and_hostile_depth_does_not_overflow() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(check(nested(usize::from(DEPTH_MAX)).as_bytes()).is_ok());
        assert_eq!(check(nested(usize::from(DEPTH_MAX) + 1).as_bytes()), Err(NotCanonical::Depth));
        assert!(matches!(check(nested(100_000).as_bytes()), Err(NotCanonical::NotJson(_))));
    }

    #[test]
    fn every_shape_that_serde_knows_is_checked() {
        #[derive(Serialize)]
        enum Shape {
            Unit,
            Newtype(u8),
            Tuple(u8, f32),
            Struct { inside: f64 },
        }
        #[derive(Serialize)]
        struct Newtype(Shape);
        assert_eq!(bytes(&Newtype(Shape::Unit)).unwrap(), br#""Unit""#);
        assert_eq!(bytes(&Newtype(Shape::Newtype(7))).unwrap(), br#"{"Newtype":7}"#);
        assert_eq!(bytes(&Newtype(Shape::Tuple(1, 2.0))), Err(NotCanonical::Fraction));
        assert_eq!(bytes(&Newtype(Shape::Struct { inside: 2.0 })), Err(NotCanonical::Fraction));
        assert_eq!(bytes(&("a", 1, ())).unwrap(), br#"["a",1,null]"#);
    }

    proptest::proptest! {
        #[test]
        fn canonical_bytes_are_accepted_and_say_the_same(words in proptest::collection::btree_map("\\PC{0,6}", "\\PC{0,9}", 0..6), number in -(1_i64 << 53)..=(1_i64 << 53)) {
            let value = json!({ "words": words, "number": number });
            let canonical = bytes(&value).unwrap();
            proptest::prop_assert_eq!(check(&canonical).unwrap(), value);
        }

        #[test]
        fn any_bytes_are_refused_or_are_their_own_canonical_form(input in "[\\[\\]{}\",:0-9a\\\\u. -]{0,24}") {
            if let Ok(value) = check(input.as_bytes()) {
                proptest::prop_assert_eq!(bytes(&value).unwrap(), input.as_bytes());
            }
        }
    }
}
