//! The facts of an accepted run, as the judge takes them in: one that is torn in the store may be left
//! aside only once its source was read completely again.

use countersign_access::fact::{Chunk, Run, Unreadable};
use countersign_store::{Fault, Store, stage};

use super::not_judged::NotJudged;
use super::said::Said;
use countersign_store::stage::facts::NotReadBack;

/// The facts of an accepted run as they were read back. A run that is torn or damaged is an error until its
/// source was read completely again; from then on it is a read that saw nothing, which adds nothing and ends
/// nothing.
pub(super) async fn usable(
    store: &Store,
    run: &stage::run::Run,
    read: Result<Run, NotReadBack>,
    said: &mut Said,
) -> Result<Run, NotJudged> {
    match read {
        Err(NotReadBack::Torn(id) | NotReadBack::Damaged { run: id, .. })
            if is_read_again(store, &id).await? =>
        {
            said.aside(&id);
            let why = "what was stored of this read is incomplete".to_owned();
            let unreadable = vec![Unreadable { place: format!("run `{id}`"), why }];
            let (source, read_at) = (run.source.clone(), run.read_at);
            Ok(Run { source, read_at, unreadable, facts: Chunk::default() })
        }
        other => Ok(other?),
    }
}

/// Whether a later complete read stands for this one.
async fn is_read_again(store: &Store, run: &str) -> Result<bool, Fault> {
    let visible = stage::run::visible(store, i64::MAX).await?;
    Ok(!visible.iter().any(|it| it.id == run))
}
