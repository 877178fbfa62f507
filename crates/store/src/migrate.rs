//! Brings the tables up to this version, step by step, in one transaction. Refuses a database whose
//! earlier steps were not ours; never goes back.

use crate::driver::{Driver, Script};
use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const CREATE: &str = "create table if not exists migration \
     (number bigint not null primary key, name text not null, digest text not null)";
const APPLIED: &str = "select number, name, digest from migration order by number";
const RECORD: &str = "insert into migration (number, name, digest) values ($1, $2, $3)";

/// Runs every step that has not been run; a second starter waits for the first.
pub(crate) async fn run(driver: &Driver) -> Result<(), Fault> {
    let mut tx = Tx::begin_with(driver, driver.begin_alone()).await?;
    match steps(&mut tx, driver).await {
        Ok(()) => tx.commit().await,
        Err(fault) => {
            tx.roll_back().await;
            Err(fault)
        }
    }
}

async fn steps(tx: &mut Tx, driver: &Driver) -> Result<(), Fault> {
    tx.control(CREATE).await?;
    let applied = tx.rows(APPLIED, args![]).await?;
    let mut last = 0;
    for row in &applied {
        last = row.int(0)?;
        let Some(script) = driver.scripts().iter().find(|script| script.number == last) else {
            tracing::warn!(number = last, "a newer version has changed this database");
            continue;
        };
        if row.text(2)? != digest(script) {
            return Err(Fault::permanent(format!(
                "step {last} (`{}`) of this database is not the one of this version; use the \
                 version that created it, or another database",
                row.text(1)?
            )));
        }
    }
    for script in driver.scripts().iter().filter(|script| script.number > last) {
        tx.control(script.sql).await?;
        tx.run(RECORD, args![script.number, script.name, digest(script)]).await?;
    }
    Ok(())
}

fn digest(script: &Script) -> String {
    crate::digest::hex(script.sql.as_bytes())
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[APPLIED, RECORD]
}
