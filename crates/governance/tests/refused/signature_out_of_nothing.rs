use countersign_governance::id::PersonId;
use countersign_governance::seat::{Control, Signature};

fn forge(person: PersonId, at: jiff::Timestamp) -> Signature<Control> {
    Signature::given(person, at)
}

fn main() {}
