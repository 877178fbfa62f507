-- Reviews of access, their items, who is asked about each, and who decided what. What is counted of a
-- review is counted from these.

create table review (
  id text not null primary key,
  number integer not null,
  title text not null,
  status text not null,
  staged_at integer not null,
  began_at integer,
  ended_at integer,
  expected integer not null,
  constraint review_number unique (number)
) strict;
create index review_status on review (status, number);

-- When each stage of a review is over, for reviews in which something can be decided now.
create table review_stage (
  review text not null,
  stage integer not null,
  escalated integer not null,
  due_at integer not null,
  constraint review_stage_key primary key (review, stage, escalated)
) strict;
create index review_stage_due on review_stage (due_at);

create table review_item (
  id text not null primary key,
  review text not null,
  number integer not null,
  stage integer not null,
  escalated integer not null,
  standing text not null,
  wish text,
  fingerprint text not null,
  shape text not null,
  detail text not null,
  system text not null,
  severity integer not null,
  last_used integer,
  opened_at integer not null,
  asked_at integer not null,
  changed_at integer not null,
  kept_until integer,
  constraint review_item_number unique (review, number)
) strict;
create index review_item_standing on review_item (review, standing, stage, number);
create index review_item_changing on review_item (standing, changed_at);
create index review_item_shape on review_item (standing, kept_until, shape);

-- Before whom an item is now; none once it is decided.
create table review_reviewer (
  item text not null,
  person text not null,
  review text not null,
  number integer not null,
  constraint review_reviewer_key primary key (item, person)
) strict;
create index review_reviewer_person on review_reviewer (person, review, number);

-- What a person decided, how long it took them since they decided before, about how many items at once,
-- and whether it agrees with the last use.
create table review_decision (
  item text not null,
  stage integer not null,
  review text not null,
  person text not null,
  verdict text not null,
  at integer not null,
  at_once integer not null,
  seconds integer not null,
  agrees integer,
  constraint review_decision_key primary key (item, stage)
) strict;
create index review_decision_person on review_decision (review, person, at);
