-- Everything is text, bigint or bytea; instants are microseconds since 1970 UTC.

create table event (
  ordinal bigint generated always as identity primary key,
  subject text not null,
  sequence bigint not null check (sequence > 0),
  name text not null,
  at bigint not null,
  actor text not null,
  cause text,
  hash bytea not null,
  bytes bytea not null,
  constraint event_key unique (subject, sequence)
);

create table unsealed (
  ordinal bigint primary key,
  at bigint not null
);
create index unsealed_at on unsealed (at);

create table leaf (
  position bigint primary key,
  subject text not null,
  sequence bigint not null,
  hash bytea not null,
  constraint leaf_event unique (subject, sequence),
  constraint leaf_of foreign key (subject, sequence) references event (subject, sequence)
);

create table frontier (
  name text not null primary key,
  size bigint not null,
  bytes bytea not null
);

create table checkpoint (
  size bigint primary key,
  root bytea not null,
  note text not null,
  at bigint not null
);

-- An event enters the sealer's queue in the same statement that writes it.
create function event_queue() returns trigger language plpgsql as $$
begin
  insert into unsealed (ordinal, at) values (new.ordinal, new.at);
  return null;
end $$;
create trigger event_queued after insert on event for each row execute function event_queue();

create function never() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger event_kept before update or delete on event for each row execute function never();
create trigger event_remains before truncate on event for each statement execute function never();
create trigger leaf_kept before update or delete on leaf for each row execute function never();
create trigger leaf_remains before truncate on leaf for each statement execute function never();
create trigger checkpoint_kept before update or delete on checkpoint for each row execute function never();
create trigger checkpoint_remains before truncate on checkpoint for each statement execute function never();

create table state (
  subject text not null primary key,
  kind text not null,
  number bigint,
  sequence bigint not null,
  state text not null
);
create index state_kind on state (kind, subject);
create unique index state_number on state (kind, number);

create table counter (
  kind text not null primary key,
  value bigint not null
);

create table text (
  digest text not null primary key,
  subject text not null,
  salt bytea,
  body bytea,
  erased_at bigint,
  erased_by text
);
create index text_subject on text (subject, digest);

create table idempotency (
  key text not null,
  actor text not null,
  body_digest text not null,
  status bigint not null,
  response bytea not null,
  expires_at bigint not null,
  constraint idempotency_key primary key (key, actor)
);
create index idempotency_expires on idempotency (expires_at);

create table token (
  hash text not null primary key,
  person text not null,
  scope text not null,
  label text not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint
);
create index token_person on token (person);

create table job (
  id bigint generated always as identity primary key,
  kind text not null,
  key text not null,
  payload text not null,
  run_at bigint not null,
  leased_until bigint not null,
  attempt bigint not null,
  fence bigint not null,
  standing text not null,
  error text,
  ended_at bigint,
  constraint job_key unique (key)
);
create index job_due on job (standing, run_at, id);

create table lease (
  name text not null primary key,
  holder text not null,
  fence bigint not null,
  until bigint not null
);

create table reached (
  name text not null primary key,
  position bigint not null
);

create table run (
  id text not null primary key,
  source text not null,
  read_at bigint not null,
  standing text not null,
  position bigint,
  accepted_at bigint,
  complete bigint not null,
  counts text,
  digest text,
  unreadable text,
  why text,
  constraint run_position unique (position)
);
create index run_source on run (source, position);
create index run_standing on run (standing, read_at);

create table chunk (
  run text not null,
  n bigint not null,
  digest text not null,
  bytes bytea not null,
  constraint chunk_key primary key (run, n),
  constraint chunk_of foreign key (run) references run (id)
);

create table finding (
  id text not null primary key,
  number bigint not null,
  fingerprint text not null,
  rule text not null,
  class text not null,
  severity text not null,
  status text not null,
  certainty text not null,
  owner text,
  due_at bigint,
  opened_at bigint not null,
  ended_at bigint,
  ended_how text,
  system text not null,
  root_cause text not null,
  affected_total bigint not null,
  detail_digest text,
  constraint finding_number unique (number),
  constraint finding_fingerprint unique (fingerprint)
);
create index finding_status on finding (status, number);
create index finding_owner on finding (owner, number);

create table person (
  id text not null primary key,
  name text not null,
  contact text,
  status text not null
);

create table process (
  id text not null primary key,
  name text not null,
  criticality text not null,
  owner text,
  status text not null
);

create table system (
  id text not null primary key,
  name text not null,
  kind text not null,
  config text not null,
  owner text,
  status text not null,
  last_run text,
  last_read_at bigint,
  constraint system_name unique (name)
);
