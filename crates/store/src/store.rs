//! The open store: the one way to write (`transact`) and the door for reads. Knows no table; what
//! can be written and asked stands in the modules beside it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::driver::Driver;
use crate::fault::Fault;
use crate::group::{self, Queue};
use crate::migrate;
use crate::serial;
use crate::tx::{Ask, Doing, Tx};
use crate::value::{Row, Value};

/// An open store; clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    driver: Driver,
    queue: Option<Queue>,
    enqueued: Arc<Notify>,
    folder: Option<Arc<Folder>>,
}

impl Store {
    /// Opens the database that `url` names (`sqlite:PATH`, a path, `postgres://...`), creates a
    /// SQLite file that is not there, and brings its tables up to this version.
    ///
    /// # Errors
    /// [`crate::Kind::Malformed`] for an address that cannot be read, else what keeps the database
    /// from being opened, without its password.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let driver = Driver::open(url).await?;
        migrate::run(&driver).await?;
        let enqueued = Arc::new(Notify::new());
        let queue =
            driver.has_one_writer().then(|| group::start(driver.clone(), Arc::clone(&enqueued)));
        Ok(Self { driver, queue, enqueued, folder: None })
    }

    /// A store for one test: a file in a folder of its own that goes away with the last clone.
    ///
    /// # Errors
    /// When the system's folder for temporary files cannot be written.
    pub async fn memory() -> Result<Self, Fault> {
        let folder = Folder::new()?;
        let mut store = Self::open(&folder.0.join("store.db").to_string_lossy()).await?;
        store.folder = Some(Arc::new(folder));
        Ok(store)
    }

    /// Runs `work` in one transaction and commits what it wrote when it returns `Ok`; the one way
    /// to write. `work` may run several times and must do nothing but read and write through its
    /// transaction. `Err` takes back what it wrote and nothing else, so a refusal that must be
    /// recorded is an `Ok`. A statement that failed is never committed, even when `work` returns
    /// `Ok`.
    ///
    /// # Errors
    /// What `work` returned, or the fault of the database as `E`: [`crate::Kind::Conflict`] when
    /// the same rows were still contended after every retry.
    pub async fn transact<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        match &self.queue {
            Some(queue) => queue.transact(work).await,
            None => serial::transact(&self.driver, &self.enqueued, work).await,
        }
    }

    /// [`Store::transact`] for work that needs something `given`, which it borrows each time it
    /// runs.
    ///
    /// # Errors
    /// As [`Store::transact`].
    pub async fn transact_with<G, T, E, F>(&self, given: G, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx, &'t G) -> Doing<'t, T, E> + Send + Sync + 'static,
        G: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (given, work) = (Arc::new(given), Arc::new(work));
        self.transact(move |tx| {
            let (given, work) = (Arc::clone(&given), Arc::clone(&work));
            Box::pin(async move { work(tx, &given).await })
        })
        .await
    }

    /// Waits until a job is enqueued through this process, at most `limit`. Jobs of other
    /// processes and jobs that become due are found by asking again.
    pub async fn job_enqueued(&self, limit: Duration) {
        // Over time is the other honest reason to look again.
        let _ = tokio::time::timeout(limit, self.enqueued.notified()).await;
    }

    /// Ends every connection; what was answered as done is durable already.
    pub async fn close(&self) {
        self.driver.close().await;
    }

    /// Runs a single statement that is a transaction of its own.
    pub(crate) async fn once(
        &self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Vec<Row>, Fault> {
        match &self.queue {
            Some(_) => {
                self.transact_with(args, move |tx, args| Box::pin(tx.rows(sql, args.clone()))).await
            }
            None => serial::once(&self.driver, sql, &args).await,
        }
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }
}

impl Ask for &Store {
    async fn ask(self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, Fault> {
        self.driver.reader().await?.rows(sql, &args).await
    }
}

/// A folder that goes away with its owner.
#[derive(Debug)]
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Result<Self, Fault> {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("countersign-store-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // A folder left by an earlier process of the same number is nobody's.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).map_err(|source| {
            Fault::permanent(format!("`{}` could not be created; set TMPDIR", path.display()))
                .because(source)
        })?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is left to tell; the system empties its temporary folder itself.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
