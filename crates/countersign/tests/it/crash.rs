//! The server killed in the middle of its work and started again on the same data: nothing that was
//! decided is lost, nothing is done twice, and the ledger is whole. It ends itself at the named points
//! of the feature `crash-points`, and is killed from outside at moments that nobody chose.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]

mod init;
mod instance;
mod judge;
mod kill;
mod loading;
mod point;
mod worker;

use crate::lab::Keep;
use instance::Instance;

/// Defines each named test once for SQLite and once for PostgreSQL.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    if let Some(instance) = $crate::crash::new($crate::lab::Keep::Sqlite).await {
                        super::$name(instance).await;
                    }
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    if let Some(instance) = $crate::crash::new($crate::lab::Keep::Postgres).await {
                        super::$name(instance).await;
                    }
                }
            )*
        }
    };
}
use both;

async fn new(keep: Keep) -> Option<Instance> {
    Instance::new(keep).await
}
