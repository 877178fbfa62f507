use countersign_governance::seat::{Seat, SeatName, Signature};

struct Everything;

impl Seat for Everything {
    const NAME: SeatName = SeatName::Business;
}

fn take(_: Signature<Everything>) {}

fn main() {}
