-- Programs that wait for somebody to sign them in from a browser (RFC 8628), for minutes. Only digests of
-- their codes are here. Not governed state: what somebody was given is an event.

create table device (
  hash text not null primary key,
  code text not null,
  name text not null,
  address text not null,
  created_at integer not null,
  expires_at integer not null,
  polled_at integer,
  answer text,
  person text
) strict;
create unique index device_code on device (code);
create index device_expires on device (expires_at);
