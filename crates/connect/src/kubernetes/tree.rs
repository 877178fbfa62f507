//! YAML and JSON as one tree whose nodes know their line where the form has lines. Duplicate keys
//! are refused: two readers would take different ones. Knows nothing of Kubernetes.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// The line in its document, from 1; none where it is not known.
    pub(super) line: Option<u64>,
    /// The value.
    pub(super) shape: Shape,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as text.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A table.
    Map(BTreeMap<String, Tree>),
}

/// A tree read from a form without lines.
#[derive(Debug)]
pub(super) struct Unlined(pub(super) Tree);

/// A tree read from YAML.
#[derive(Debug)]
pub(super) struct Lined(pub(super) Tree);

impl<'de> Deserialize<'de> for Unlined {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = deserializer.deserialize_any(ShapeVisitor::<Self>(PhantomData))?;
        Ok(Self(Tree { line: None, shape }))
    }
}

impl<'de> Deserialize<'de> for Lined {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<LinedShape>::deserialize(deserializer)?;
        let line = Some(spanned.referenced.line()).filter(|line| *line > 0);
        Ok(Self(Tree { line, shape: spanned.value.0 }))
    }
}

struct LinedShape(Shape);

impl<'de> Deserialize<'de> for LinedShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor::<Lined>(PhantomData)).map(Self)
    }
}

impl From<Unlined> for Tree {
    fn from(Unlined(tree): Unlined) -> Self {
        tree
    }
}

impl From<Lined> for Tree {
    fn from(Lined(tree): Lined) -> Self {
        tree
    }
}

struct ShapeVisitor<Child>(PhantomData<Child>);

impl<'de, Child: Deserialize<'de> + Into<Tree>> Visitor<'de> for ShapeVisitor<Child> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Shape, E> {
        Ok(Shape::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Shape, E> {
        Ok(Shape::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Shape, E> {
        Ok(Shape::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Shape, E> {
        Ok(Shape::Text(value))
    }

    fn visit_bytes<E>(self, _value: &[u8]) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(child) = items.next_element::<Child>()? {
            list.push(child.into());
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<Option<String>>()? {
            let key =
                key.ok_or_else(|| A::Error::custom("a key is empty: name it or put it in quotes"))?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands there twice")));
            }
            let child: Child = entries.next_value()?;
            map.insert(key, child.into());
        }
        Ok(Shape::Map(map))
    }
}

impl Tree {
    /// What stands under a key of a table; nothing for an empty value or anything but a table.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Map(map) => map.get(key).filter(|it| !matches!(it.shape, Shape::Null)),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::List(_) => {
                None
            }
        }
    }

    /// The text under a key; nothing for an empty text.
    ///
    /// # Errors
    /// When something else stands there.
    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, String> {
        match self.get(key).map(|it| &it.shape) {
            None => Ok(None),
            Some(Shape::Text(text)) => Ok(Some(text.as_str()).filter(|it| !it.is_empty())),
            Some(_) => Err(format!("`{key}` is not a text: put it in quotes")),
        }
    }

    /// The list under a key; empty where there is none.
    ///
    /// # Errors
    /// When something else stands there.
    pub(super) fn list(&self, key: &str) -> Result<&[Self], String> {
        match self.get(key).map(|it| &it.shape) {
            None => Ok(&[]),
            Some(Shape::List(list)) => Ok(list),
            Some(_) => Err(format!("`{key}` is not a list: write its items with `- `")),
        }
    }

    /// The texts in the list under a key.
    ///
    /// # Errors
    /// When something else stands there.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&str>, String> {
        let items = self.list(key)?.iter();
        items
            .map(|it| match &it.shape {
                Shape::Text(text) => Ok(text.as_str()),
                _ => Err(format!("`{key}` holds something that is no text: put it in quotes")),
            })
            .collect()
    }
}
