//! Accounts for signing in with a password: whose they are, under which name, and the password as it
//! is kept. The password itself never comes here.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

const PUT: &str = "insert into account (person, name, password, set_at) values ($1, $2, $3, $4) \
     on conflict (person) do update set name = excluded.name, password = excluded.password, \
     set_at = excluded.set_at";
const BY_NAME: &str = "select person, name, password, set_at from account where name = $1";

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub person: String,
    /// The name to sign in with.
    pub name: String,
    /// The password as a PHC string, salt and parameters included.
    pub password: String,
    /// When it was set.
    pub set_at: Timestamp,
}

impl Tx {
    /// Keeps an account, in place of the one that the person had.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when somebody else signs in with this name.
    pub async fn put_account(&mut self, account: &Account) -> Result<(), Fault> {
        let Account { person, name, password, set_at } = account;
        let args = args![person, name, password, *set_at];
        self.run_one(PUT, args, || Fault::permanent("an account was not stored; report it")).await
    }
}

/// The account that signs in with this name.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_name(ask: impl Ask, name: &str) -> Result<Option<Account>, Fault> {
    ask.ask(BY_NAME, args![name]).await?.first().map(account).transpose()
}

fn account(row: &Row) -> Result<Account, Fault> {
    Ok(Account {
        person: row.text(0)?,
        name: row.text(1)?,
        password: row.text(2)?,
        set_at: row.instant(3)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, BY_NAME]
}
