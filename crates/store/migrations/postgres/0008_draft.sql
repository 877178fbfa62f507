-- What somebody had filled in when they were asked to sign in again, until they come back to it. It is
-- theirs alone and lasts minutes; nothing of it was sent on. Not governed state.

create table draft (
  hash text not null primary key,
  person text not null,
  path text not null,
  fields text not null,
  expires_at bigint not null
);
create index draft_person on draft (person, expires_at);
create index draft_expires on draft (expires_at);
