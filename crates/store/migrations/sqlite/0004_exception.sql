-- What lists and clocks need of exceptions. Whether one is in force is nowhere stored: only its
-- boundaries are.

create table exception (
  id text not null primary key,
  number integer not null,
  finding text not null,
  rule text not null,
  owner text not null,
  stage text not null,
  proposed_at integer not null,
  until_at integer not null,
  force_from integer,
  force_until integer,
  ended_at integer,
  covered_total integer not null,
  constraint exception_number unique (number)
) strict;
create index exception_finding on exception (finding, number);
create index exception_owner on exception (owner, number);
create index exception_end on exception (ended_at, until_at);

-- Which identities an exception covers; written once, when it is proposed.
create table exception_cover (
  exception text not null,
  identity text not null,
  constraint exception_cover_key primary key (exception, identity)
) strict;
create index exception_cover_identity on exception_cover (identity, exception);

-- When the controls of exceptions are to be tested next, and what the last test showed.
create table exception_control (
  exception text not null,
  control integer not null,
  system text,
  kind text not null,
  owner text not null,
  due_at integer not null,
  claimed_until integer not null,
  verdict text,
  tested_at integer,
  passed_at integer,
  holds_until integer,
  constraint exception_control_key primary key (exception, control)
) strict;
create index exception_control_due on exception_control (due_at);

-- Whom a finding affects now, and since when: each identity has a clock of its own. Empty for a
-- finding whose list is cut short.
create table finding_affected (
  finding text not null,
  identity text not null,
  since integer not null,
  constraint finding_affected_key primary key (finding, identity)
) strict;
create index finding_affected_identity on finding_affected (identity, finding);
