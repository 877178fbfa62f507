//! A serde serializer that writes nothing: it walks a value and refuses what has no canonical form.
//! It does not look for a key that comes twice; the canonicaliser that runs after it does.

use serde::ser::{
    Error as SerdeError, Serialize, SerializeMap, SerializeSeq, SerializeStruct,
    SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

/// Largest magnitude of an integer: 2^53, up to which every JSON reader is exact.
pub const INTEGER_MAX: u64 = 1 << 53;

/// Deepest nesting of lists and objects.
pub const DEPTH_MAX: u8 = 64;

/// Why a value or its spelling is not canonical.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// An integer beyond [`INTEGER_MAX`] on either side of zero.
    #[error(
        "the integer `{number}` is beyond 2^53 and readers would round it: write it as a string"
    )]
    Integer {
        /// The number, in decimal.
        number: String,
    },
    /// A number with a fraction or exponent, minus zero, an infinity or not a number.
    #[error(
        "a number with a fraction, an exponent or no finite value has no place here: write it as an integer or a string"
    )]
    Fraction,
    /// A key of an object that is not a string.
    #[error("a key of an object is not a string: write keys as strings")]
    Key,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("lists and objects are nested deeper than {DEPTH_MAX}: make the value flatter")]
    Depth,
    /// A value that carries ready-made JSON, which nobody has checked.
    #[error("a piece of ready-made JSON cannot be checked: give the value itself")]
    Raw,
    /// Well-formed JSON in another spelling than the canonical one.
    #[error(
        "the JSON is not in its canonical form (RFC 8785) from byte {at} on: restore the original bytes"
    )]
    OtherSpelling {
        /// Offset of the first byte that differs.
        at: usize,
    },
    /// Not JSON at all.
    #[error("this is not JSON ({0}): restore the original bytes")]
    NotJson(String),
    /// The canonicaliser or the value's own code refused, for example a key that comes twice.
    #[error("the value has no canonical form ({0}): correct the value")]
    Refused(String),
}

impl SerdeError for NotCanonical {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Refused(message.to_string())
    }
}

/// Checks one value and all that it contains.
#[derive(Clone, Copy)]
pub(super) struct Strict {
    depth: u8,
}

impl Strict {
    pub(super) fn root() -> Self {
        Self { depth: 0 }
    }

    fn deeper(self) -> Result<Self, NotCanonical> {
        if self.depth >= DEPTH_MAX {
            return Err(NotCanonical::Depth);
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

fn unsigned(number: u128) -> Result<(), NotCanonical> {
    if number > u128::from(INTEGER_MAX) {
        return Err(NotCanonical::Integer { number: number.to_string() });
    }
    Ok(())
}

fn signed(number: i128) -> Result<(), NotCanonical> {
    unsigned(number.unsigned_abs())
        .map_err(|_| NotCanonical::Integer { number: number.to_string() })
}

/// serde_json smuggles raw JSON and numbers of any precision through structs of this name.
fn not_smuggled(name: &str) -> Result<(), NotCanonical> {
    if name.starts_with("$serde_json::") { Err(NotCanonical::Raw) } else { Ok(()) }
}

macro_rules! integers {
    ($($method:ident($type:ty) => $check:ident),* $(,)?) => {
        $(fn $method(self, number: $type) -> Result<(), NotCanonical> {
            $check(number.into())
        })*
    };
}

macro_rules! nothing_to_check {
    ($($method:ident($($type:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $type),*) -> Result<(), NotCanonical> {
            Ok(())
        })*
    };
}

impl Serializer for Strict {
    type Ok = ();
    type Error = NotCanonical;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    integers! {
        serialize_i8(i8) => signed,
        serialize_i16(i16) => signed,
        serialize_i32(i32) => signed,
        serialize_i64(i64) => signed,
        serialize_i128(i128) => signed,
        serialize_u8(u8) => unsigned,
        serialize_u16(u16) => unsigned,
        serialize_u32(u32) => unsigned,
        serialize_u64(u64) => unsigned,
        serialize_u128(u128) => unsigned,
    }

    nothing_to_check! {
        serialize_bool(bool),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_f32(self, _: f32) -> Result<(), NotCanonical> {
        Err(NotCanonical::Fraction)
    }

    fn serialize_f64(self, _: f64) -> Result<(), NotCanonical> {
        Err(NotCanonical::Fraction)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotCanonical> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotCanonical> {
        not_smuggled(name)?;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotCanonical> {
        value.serialize(self.deeper()?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, NotCanonical> {
        self.deeper()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NotCanonical> {
        self.deeper()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, NotCanonical> {
        self.deeper()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, NotCanonical> {
        self.deeper()?.deeper()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, NotCanonical> {
        self.deeper()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self, NotCanonical> {
        not_smuggled(name)?;
        self.deeper()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, NotCanonical> {
        self.deeper()?.deeper()
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, _: &T) -> Result<(), NotCanonical> {
        Ok(())
    }
}

macro_rules! each_element {
    ($($trait:ident::$method:ident),* $(,)?) => {
        $(impl $trait for Strict {
            type Ok = ();
            type Error = NotCanonical;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotCanonical> {
                value.serialize(*self)
            }

            fn end(self) -> Result<(), NotCanonical> {
                Ok(())
            }
        })*
    };
}

macro_rules! each_field {
    ($($trait:ident),* $(,)?) => {
        $(impl $trait for Strict {
            type Ok = ();
            type Error = NotCanonical;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _: &'static str,
                value: &T,
            ) -> Result<(), NotCanonical> {
                value.serialize(*self)
            }

            fn end(self) -> Result<(), NotCanonical> {
                Ok(())
            }
        })*
    };
}

each_element! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

each_field! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Strict {
    type Ok = ();
    type Error = NotCanonical;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotCanonical> {
        if serde_json::to_value(key).is_ok_and(|key| key.is_string()) {
            return Ok(());
        }
        Err(NotCanonical::Key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotCanonical> {
        value.serialize(*self)
    }

    fn end(self) -> Result<(), NotCanonical> {
        Ok(())
    }
}
