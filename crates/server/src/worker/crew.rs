//! What runs side by side in one server, each under its name: tells which of them ended first and how.
//! Starts nothing again: a server is whole or it ends.

use tokio::task::{Id, JoinSet};

use crate::crash;

/// Everything that runs by itself.
#[derive(Debug, Default)]
pub struct Crew {
    tasks: JoinSet<()>,
    names: Vec<(Id, String)>,
}

/// How one ended that should not have ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// It broke off.
    #[error("`{name}` broke off ({why})")]
    Broken {
        /// Which.
        name: String,
        /// How.
        why: String,
    },
    /// It came to an end.
    #[error("`{0}` came to an end by itself")]
    Early(String),
}

impl Crew {
    /// Starts one.
    pub(crate) fn add(&mut self, name: &str, work: impl Future<Output = ()> + Send + 'static) {
        let known = name.to_owned();
        let named = name.to_owned();
        let started = self.tasks.spawn(async move {
            crash::worker(&named);
            work.await;
        });
        self.names.push((started.id(), known));
    }

    /// Waits for the first that ends.
    pub(crate) async fn first_end(&mut self) -> Ended {
        match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => Ended::Early(self.name(id)),
            Some(Err(broken)) => {
                Ended::Broken { name: self.name(broken.id()), why: broken.to_string() }
            }
            None => Ended::Early("the server".to_owned()),
        }
    }

    /// Waits until all have ended, however they do.
    pub(crate) async fn all_ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends all at once.
    pub(crate) async fn shut_down(&mut self) {
        self.tasks.shutdown().await;
    }

    fn name(&self, id: Id) -> String {
        let found = self.names.iter().find(|(known, _)| *known == id);
        found.map_or_else(|| "a worker".to_owned(), |(_, name)| name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_that_breaks_off_or_ends_is_told_by_name_while_the_others_go_on() {
        let mut crew = Crew::default();
        crew.add("one", std::future::pending());
        crew.add("two", async { panic!("a mistake") });
        let Ended::Broken { name, why } = crew.first_end().await else { panic!("it broke off") };
        assert_eq!(name, "two");
        assert!(why.contains("panicked"), "{why}");
        crew.add("three", std::future::ready(()));
        assert_eq!(crew.first_end().await, Ended::Early("three".to_owned()));
        crew.shut_down().await;
        crew.all_ended().await;
    }
}
