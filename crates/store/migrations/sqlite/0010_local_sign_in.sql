-- Who signed in past the provider lately is looked up with every first page of the security seat.

create index event_local_sign_in on event (at) where name = 'person.signed_in_locally.1';
