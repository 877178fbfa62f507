use countersign_governance::seat::{Business, Security, Signature};

fn accept(_: Signature<Business>) {}

fn veto_becomes_acceptance(signature: Signature<Security>) {
    accept(signature);
}

fn main() {}
