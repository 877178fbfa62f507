-- Signing in by a provider of the organisation: who somebody is there, how a session was begun, and
-- which messages of the provider were heard already. None of it is governed state.

create table provider_link (
  issuer text not null,
  subject text not null,
  person text not null,
  linked_at bigint not null,
  primary key (issuer, subject)
);
create unique index provider_link_person on provider_link (person, issuer);

create table provider_heard (
  issuer text not null,
  message text not null,
  expires_at bigint not null,
  primary key (issuer, message)
);
create index provider_heard_expires on provider_heard (expires_at);

-- How its person showed who they are; a session from before this step was begun by a password.
alter table session add column way text not null default 'password';
alter table session add column strength text not null default 'single';
alter table session add column shown_at bigint;
alter table session add column issuer text;
alter table session add column subject text;
alter table session add column provider_session text;
create index session_subject on session (issuer, subject);
create index session_provider on session (issuer, provider_session);
