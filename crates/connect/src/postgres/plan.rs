//! A plan: the statements of one order, what takes them back, and why our account could not run them.
//! Only text; made by `membership`, `privilege` and `login`, run by `enforce`.

/// Who will run a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    /// Our write account.
    Account,
    /// A person with a superuser's rights.
    Hand,
}

/// What one order comes down to at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The database in which the statements have to run, where it matters.
    pub(super) database: Option<String>,
    /// Run together in one transaction.
    pub(super) statements: Vec<String>,
    /// Takes the statements back, to be run as a superuser.
    pub(super) undo: Vec<String>,
    /// Why our account cannot do it, each with the next step.
    pub(super) obstacles: Vec<String>,
    /// There is nothing left to take away.
    pub(super) is_done: bool,
}

impl Plan {
    /// Nothing is left to do.
    pub(super) fn done() -> Self {
        Self { is_done: true, ..Self::default() }
    }

    /// It cannot be done with statements of ours.
    pub(super) fn impossible(obstacle: impl Into<String>) -> Self {
        Self { obstacles: vec![obstacle.into()], ..Self::default() }
    }

    /// The statements as they are run, with their transaction.
    pub(super) fn transaction(&self) -> Vec<String> {
        in_transaction(&self.statements)
    }

    /// The statements for people, saying where to run them.
    pub(super) fn script(&self) -> Vec<String> {
        self.located(self.transaction())
    }

    /// The way back for people.
    pub(super) fn way_back(&self) -> Vec<String> {
        self.located(in_transaction(&self.undo))
    }

    fn located(&self, statements: Vec<String>) -> Vec<String> {
        let place = self.database.as_ref().filter(|_| !statements.is_empty());
        place.map(|name| format!("-- in database `{name}`")).into_iter().chain(statements).collect()
    }
}

/// Several statements stand or fall together; `set local` ends with the transaction.
fn in_transaction(statements: &[String]) -> Vec<String> {
    if statements.len() < 2 {
        return statements.to_vec();
    }
    let begin = std::iter::once("begin;".to_owned());
    begin.chain(statements.iter().cloned()).chain(["commit;".to_owned()]).collect()
}
