//! Label selectors (Kubernetes documentation, "Labels and Selectors"): `matchLabels` and
//! `matchExpressions`, all of which must hold.

use std::collections::BTreeMap;

use super::tree::{Shape, Tree};

/// Labels of an object.
pub(super) type Labels = BTreeMap<String, String>;

/// A label selector.
#[derive(Debug, Clone, Default)]
pub(super) struct Selector {
    labels: Labels,
    expressions: Vec<Expression>,
}

#[derive(Debug, Clone)]
struct Expression {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// When an expression is none.
    pub(super) fn read(tree: &Tree) -> Result<Self, String> {
        let expressions = tree.list("matchExpressions")?.iter().map(expression);
        Ok(Self {
            labels: tree.get("matchLabels").map(labels).unwrap_or_default(),
            expressions: expressions.collect::<Result<_, _>>()?,
        })
    }

    /// Whether labels are selected. A selector that asks for nothing selects everything.
    pub(super) fn selects(&self, labels: &Labels) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(|it| it.holds(labels))
    }
}

impl Expression {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let is_listed = value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            Operator::In => is_listed,
            Operator::NotIn => !is_listed,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

fn expression(tree: &Tree) -> Result<Expression, String> {
    let key = tree.text("key")?.ok_or("an expression of a selector has no `key`: name a label")?;
    let operator = match tree.text("operator")?.unwrap_or_default() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            return Err(format!(
                "`operator` is `{other}`: it must be In, NotIn, Exists or DoesNotExist"
            ));
        }
    };
    let values = tree.texts("values")?.into_iter().map(str::to_owned).collect();
    Ok(Expression { key: key.to_owned(), operator, values })
}

/// Labels; what is no text is taken as it would print.
pub(super) fn labels(tree: &Tree) -> Labels {
    let Shape::Map(map) = &tree.shape else { return Labels::new() };
    let text = |it: &Tree| match &it.shape {
        Shape::Text(text) | Shape::Number(text) => Some(text.clone()),
        Shape::Bool(value) => Some(value.to_string()),
        Shape::Null | Shape::List(_) | Shape::Map(_) => None,
    };
    map.iter().filter_map(|(key, it)| Some((key.clone(), text(it)?))).collect()
}
