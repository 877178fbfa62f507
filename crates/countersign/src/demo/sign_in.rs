//! One link for each person who is active, by which a browser on this machine is signed in once.

use countersign_server::ask::person::page;
use countersign_server::auth::link;
use countersign_server::start::Running;
use secrecy::ExposeSecret as _;

use super::cast::broken;
use super::voice;
use crate::exit::Failure;

/// Most people who get a link.
const LINKS_MAX: i64 = 40;

/// Says where to look, as whom.
pub(super) async fn links(running: &Running) -> Result<(), Failure> {
    let door = &running.workers.door;
    let people = page(door, None, LINKS_MAX).await.map_err(broken)?;
    voice::say("")?;
    voice::say("In a browser on this machine, each link once and within fifteen minutes:")?;
    voice::say("")?;
    for row in people.items.iter().filter(|row| row.active) {
        let Ok(person) = row.id.parse() else { continue };
        let link = link::issue(door, person).await;
        let link = link.map_err(|error| Failure::fault(error.to_string()))?;
        let seats: Vec<&str> = row.seats.iter().map(|seat| seat.as_str()).collect();
        voice::say(&format!("  {}, {}", row.name, seats.join(", ")))?;
        voice::say(&format!("    http://{}{}", running.address, link.expose_secret()))?;
    }
    Ok(())
}
