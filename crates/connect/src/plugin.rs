//! Placeholder of the plugin connector.
use crate::{Fault, Seen};
use countersign_access::change::{Claim, Evidence, Manifest, Order, Preview, Receipt};
use countersign_access::fact::{Chunk, SourceId};
use tokio::sync::mpsc::Sender;
/// Placeholder.
#[derive(Debug)]
pub struct Plugin {
    system: SourceId,
}
impl Plugin {
    pub(crate) fn system(&self) -> &SourceId {
        &self.system
    }
    pub(crate) async fn manifest(&self) -> Result<Manifest, Fault> {
        Err(Fault::Permanent("not built".into()))
    }
    pub(crate) async fn observe(&self, _chunks: Sender<Chunk>) -> Result<Seen, Fault> {
        Err(Fault::Permanent("not built".into()))
    }
    pub(crate) async fn preview(&self, _order: &Order) -> Result<Preview, Fault> {
        Err(Fault::Permanent("not built".into()))
    }
    pub(crate) async fn enforce(&self, _order: &Order) -> Result<Receipt, Fault> {
        Err(Fault::Permanent("not built".into()))
    }
    pub(crate) async fn verify(&self, _claim: &Claim) -> Result<Evidence, Fault> {
        Err(Fault::Permanent("not built".into()))
    }
}
