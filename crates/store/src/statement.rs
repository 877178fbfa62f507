//! Every statement of this crate in one list, so that a test and an operator can have
//! the database read each.

use crate::driver::Driver;
use crate::fault::Fault;
use crate::store::Store;
use crate::{
    account, device, draft, event, idempotency, job, lease, link, migrate, reached, seal, session,
    stage, state, text, token,
};
use crate::{project, provider, read};

impl Store {
    /// Has the database read every statement of this version without running any; says how many
    /// there are.
    ///
    /// # Errors
    /// The first statement that it does not understand, which means that its tables are not those
    /// of this version.
    pub async fn check(&self) -> Result<usize, Fault> {
        let statements = all(self.driver());
        let mut link = self.driver().writer().await?;
        for sql in &statements {
            link.prepare(sql).await.map_err(|fault| {
                Fault::new(fault.kind(), format!("`{sql}` does not fit this database: {fault}"))
                    .because(fault)
            })?;
        }
        Ok(statements.len())
    }
}

/// Every statement, as this database gets it.
fn all(driver: &Driver) -> Vec<&'static str> {
    let fixed: [&[&'static str]; 35] = [
        account::statements(),
        device::statements(),
        draft::statements(),
        event::statements(),
        idempotency::statements(),
        lease::statements(),
        link::statements(),
        migrate::statements(),
        project::affected::statements(),
        project::exception::statements(),
        project::finding::statements(),
        project::item::statements(),
        project::person::statements(),
        project::process::statements(),
        project::review::statements(),
        project::system::statements(),
        provider::statements(),
        reached::statements(),
        read::exception::statements(),
        read::owner::statements(),
        read::finding::statements(),
        read::item::statements(),
        read::leaf::statements(),
        read::person::statements(),
        read::process::statements(),
        read::review::statements(),
        read::run::statements(),
        read::system::statements(),
        seal::statements(),
        session::statements(),
        stage::statements(),
        stage::accept::statements(),
        stage::facts::statements(),
        stage::run::statements(),
        state::statements(),
    ];
    let mut all = fixed.concat();
    all.extend_from_slice(text::statements());
    all.extend_from_slice(token::statements());
    all.extend(job::statements(driver));
    all
}
