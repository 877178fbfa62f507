-- Signing in: accounts of the first start, sessions of browsers, and links that are good for one
-- sign-in. Only digests of secrets are here. None of it is governed state.

create table account (
  person text not null primary key,
  name text not null,
  password text not null,
  set_at integer not null
) strict;
create unique index account_name on account (name);

create table session (
  hash text not null primary key,
  person text not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null,
  revoked_at integer
) strict;
create index session_person on session (person);
create index session_expires on session (expires_at);

create table sign_in_link (
  hash text not null primary key,
  person text not null,
  expires_at integer not null,
  spent_at integer
) strict;
create index sign_in_link_expires on sign_in_link (expires_at);
