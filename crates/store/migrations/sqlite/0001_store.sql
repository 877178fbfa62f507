-- Everything is text, integer or blob; instants are microseconds since 1970 UTC.

create table event (
  ordinal integer primary key autoincrement,
  subject text not null,
  sequence integer not null check (sequence > 0),
  name text not null,
  at integer not null,
  actor text not null,
  cause text,
  hash blob not null,
  bytes blob not null,
  constraint event_key unique (subject, sequence)
) strict;

create table unsealed (
  ordinal integer primary key,
  at integer not null
) strict;
create index unsealed_at on unsealed (at);

create table leaf (
  position integer primary key,
  subject text not null,
  sequence integer not null,
  hash blob not null,
  constraint leaf_event unique (subject, sequence),
  constraint leaf_of foreign key (subject, sequence) references event (subject, sequence)
) strict;

create table frontier (
  name text not null primary key,
  size integer not null,
  bytes blob not null
) strict;

create table checkpoint (
  size integer primary key,
  root blob not null,
  note text not null,
  at integer not null
) strict;

-- An event enters the sealer's queue in the same statement that writes it.
create trigger event_queued after insert on event begin
  insert into unsealed (ordinal, at) values (new.ordinal, new.at);
end;
create trigger event_kept before update on event begin
  select raise(abort, 'an event is never changed');
end;
create trigger event_remains before delete on event begin
  select raise(abort, 'an event is never removed');
end;
create trigger leaf_kept before update on leaf begin
  select raise(abort, 'a leaf is never changed');
end;
create trigger leaf_remains before delete on leaf begin
  select raise(abort, 'a leaf is never removed');
end;
create trigger checkpoint_kept before update on checkpoint begin
  select raise(abort, 'a checkpoint is never changed');
end;
create trigger checkpoint_remains before delete on checkpoint begin
  select raise(abort, 'a checkpoint is never removed');
end;

create table state (
  subject text not null primary key,
  kind text not null,
  number integer,
  sequence integer not null,
  state text not null
) strict;
create index state_kind on state (kind, subject);
create unique index state_number on state (kind, number);

create table counter (
  kind text not null primary key,
  value integer not null
) strict;

create table text (
  digest text not null primary key,
  subject text not null,
  salt blob,
  body blob,
  erased_at integer,
  erased_by text
) strict;
create index text_subject on text (subject, digest);

create table idempotency (
  key text not null,
  actor text not null,
  body_digest text not null,
  status integer not null,
  response blob not null,
  expires_at integer not null,
  constraint idempotency_key primary key (key, actor)
) strict;
create index idempotency_expires on idempotency (expires_at);

create table token (
  hash text not null primary key,
  person text not null,
  scope text not null,
  label text not null,
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer
) strict;
create index token_person on token (person);

create table job (
  id integer primary key autoincrement,
  kind text not null,
  key text not null,
  payload text not null,
  run_at integer not null,
  leased_until integer not null,
  attempt integer not null,
  fence integer not null,
  standing text not null,
  error text,
  ended_at integer,
  constraint job_key unique (key)
) strict;
create index job_due on job (standing, run_at, id);

create table lease (
  name text not null primary key,
  holder text not null,
  fence integer not null,
  until integer not null
) strict;

create table reached (
  name text not null primary key,
  position integer not null
) strict;

create table run (
  id text not null primary key,
  source text not null,
  read_at integer not null,
  standing text not null,
  position integer,
  accepted_at integer,
  complete integer not null,
  counts text,
  digest text,
  unreadable text,
  why text,
  constraint run_position unique (position)
) strict;
create index run_source on run (source, position);
create index run_standing on run (standing, read_at);

create table chunk (
  run text not null,
  n integer not null,
  digest text not null,
  bytes blob not null,
  constraint chunk_key primary key (run, n),
  constraint chunk_of foreign key (run) references run (id)
) strict;

create table finding (
  id text not null primary key,
  number integer not null,
  fingerprint text not null,
  rule text not null,
  class text not null,
  severity text not null,
  status text not null,
  certainty text not null,
  owner text,
  due_at integer,
  opened_at integer not null,
  ended_at integer,
  ended_how text,
  system text not null,
  root_cause text not null,
  affected_total integer not null,
  detail_digest text,
  constraint finding_number unique (number),
  constraint finding_fingerprint unique (fingerprint)
) strict;
create index finding_status on finding (status, number);
create index finding_owner on finding (owner, number);

create table person (
  id text not null primary key,
  name text not null,
  contact text,
  status text not null
) strict;

create table process (
  id text not null primary key,
  name text not null,
  criticality text not null,
  owner text,
  status text not null
) strict;

create table system (
  id text not null primary key,
  name text not null,
  kind text not null,
  config text not null,
  owner text,
  status text not null,
  last_run text,
  last_read_at integer,
  constraint system_name unique (name)
) strict;
