-- What lists and clocks need of exceptions. Whether one is in force is nowhere stored: only its
-- boundaries are.

create table exception (
  id text not null primary key,
  number bigint not null,
  finding text not null,
  rule text not null,
  owner text not null,
  stage text not null,
  proposed_at bigint not null,
  until_at bigint not null,
  force_from bigint,
  force_until bigint,
  ended_at bigint,
  covered_total bigint not null,
  constraint exception_number unique (number)
);
create index exception_finding on exception (finding, number);
create index exception_owner on exception (owner, number);
create index exception_end on exception (ended_at, until_at);

-- Which identities an exception covers; written once, when it is proposed.
create table exception_cover (
  exception text not null,
  identity text not null,
  constraint exception_cover_key primary key (exception, identity)
);
create index exception_cover_identity on exception_cover (identity, exception);

-- When the controls of exceptions are to be tested next, and what the last test showed.
create table exception_control (
  exception text not null,
  control bigint not null,
  system text,
  kind text not null,
  owner text not null,
  due_at bigint not null,
  claimed_until bigint not null,
  verdict text,
  tested_at bigint,
  passed_at bigint,
  holds_until bigint,
  constraint exception_control_key primary key (exception, control)
);
create index exception_control_due on exception_control (due_at);

-- Whom a finding affects now, and since when: each identity has a clock of its own. Empty for a
-- finding whose list is cut short.
create table finding_affected (
  finding text not null,
  identity text not null,
  since bigint not null,
  constraint finding_affected_key primary key (finding, identity)
);
create index finding_affected_identity on finding_affected (identity, finding);
