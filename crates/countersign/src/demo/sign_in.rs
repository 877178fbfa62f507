//! Who sits in which seat, what each of them owes today, and one link for each by which a browser on
//! this machine is signed in once.

use countersign_governance::id::PersonId;
use countersign_server::ask::person::page;
use countersign_server::auth::link;
use countersign_server::start::Running;
use secrecy::ExposeSecret as _;

use super::cast::{broken, no};
use super::owed::Owed;
use super::voice;
use crate::exit::Failure;

/// Most people who get a link.
const LINKS_MAX: i64 = 40;

/// Says where to look, as whom, and why.
pub(super) async fn links(running: &Running) -> Result<(), Failure> {
    let door = &running.workers.door;
    let owed = Owed::look(door).await?;
    let people = page(door, None, LINKS_MAX).await.map_err(broken)?;
    let mut active: Vec<_> = people.items.iter().filter(|row| row.active).collect();
    active.sort_by(|a, b| (&a.seats, &a.name).cmp(&(&b.seats, &b.name)));
    voice::say("")?;
    voice::say("In a browser on this machine, each link once and within fifteen minutes:")?;
    voice::say("")?;
    for row in active {
        let Ok(person) = row.id.parse() else { continue };
        let seats: Vec<&str> = row.seats.iter().map(|seat| seat.as_str()).collect();
        let owes = owed.sentence(person, &row.seats);
        voice::person(&row.name, &seats.join(", "), &owes)?;
        if let Some(link) = link_for(running, person).await? {
            voice::say(&format!("    {link}"))?;
        }
    }
    Ok(())
}

/// The address by which this person is signed in, where this server signs anybody in by a link.
async fn link_for(running: &Running, person: PersonId) -> Result<Option<String>, Failure> {
    let link = link::issue(&running.workers.door, person).await.map_err(|error| no(&error))?;
    Ok(Some(format!("http://{}{}", running.address, link.expose_secret())))
}
