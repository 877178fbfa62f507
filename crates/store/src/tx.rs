//! One open transaction: what the methods that write (in `event`, `state`, `job` and so on) run
//! their statements through. Remembers the first failed statement, so that work which overlooks a
//! failure is still not committed; begins and ends nothing by itself.

use std::future::Future;
use std::pin::Pin;

use crate::driver::{Driver, Link};
use crate::fault::Fault;
use crate::value::{Row, Value};

/// What a closure given to [`crate::Store::transact`] returns.
pub type Doing<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// One open transaction.
#[derive(Debug)]
pub struct Tx {
    link: Link,
    open: bool,
    failed: Option<Fault>,
    enqueued: bool,
    asked: u64,
}

/// Who can answer a question: the store (its own read connection, committed rows) or an open
/// transaction (what it has written is visible to it).
pub trait Ask: Send {
    /// The rows that a statement answers.
    #[doc(hidden)]
    fn ask(
        self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, Fault>> + Send;
}

impl Ask for &mut Tx {
    async fn ask(self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, Fault> {
        self.rows(sql, args).await
    }
}

impl Tx {
    /// Begins a transaction on a connection that may write.
    pub(crate) async fn begin(driver: &Driver) -> Result<Self, Fault> {
        Self::begin_with(driver, driver.begin()).await
    }

    /// Begins a transaction with this statement.
    pub(crate) async fn begin_with(driver: &Driver, begin: &'static str) -> Result<Self, Fault> {
        let link = driver.writer().await?;
        let mut tx = Self { link, open: true, failed: None, enqueued: false, asked: 0 };
        tx.control(begin).await?;
        Ok(tx)
    }

    /// How many statements it has run so far: what an answer costs.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Makes everything durable.
    pub(crate) async fn commit(mut self) -> Result<(), Fault> {
        self.control("commit").await?;
        self.open = false;
        Ok(())
    }

    /// Takes everything back.
    pub(crate) async fn roll_back(mut self) {
        if self.control("rollback").await.is_ok() {
            self.open = false;
        }
    }

    /// Runs a statement that has to do with the transaction itself.
    pub(crate) async fn control(&mut self, sql: &'static str) -> Result<(), Fault> {
        self.link.script(sql).await
    }

    /// The first statement that failed since the last call.
    pub(crate) fn take_failure(&mut self) -> Option<Fault> {
        self.failed.take()
    }

    /// Whether a job was enqueued.
    pub(crate) fn has_enqueued(&self) -> bool {
        self.enqueued
    }

    pub(crate) fn note_enqueued(&mut self) {
        self.enqueued = true;
    }

    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Vec<Row>, Fault> {
        self.asked = self.asked.saturating_add(1);
        let answer = self.link.rows(sql, &args).await;
        self.note(answer)
    }

    /// The first row of an answer.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    pub(crate) async fn run(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, Fault> {
        self.asked = self.asked.saturating_add(1);
        let answer = self.link.run(sql, &args).await;
        self.note(answer)
    }

    /// Runs a statement that must change exactly one row; `otherwise` says what it means when it
    /// does not.
    pub(crate) async fn run_one(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
        otherwise: impl FnOnce() -> Fault + Send,
    ) -> Result<(), Fault> {
        self.asked = self.asked.saturating_add(1);
        let answer = match self.link.run(sql, &args).await {
            Ok(1) => Ok(()),
            Ok(_) => Err(otherwise()),
            Err(fault) => Err(fault),
        };
        self.note(answer)
    }

    fn note<T>(&mut self, answer: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &answer
            && self.failed.is_none()
        {
            self.failed = Some(fault.clone());
        }
        answer
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.open {
            self.link.condemn();
        }
    }
}
