-- Reviews of access, their items, who is asked about each, and who decided what. What is counted of a
-- review is counted from these.

create table review (
  id text not null primary key,
  number bigint not null,
  title text not null,
  status text not null,
  staged_at bigint not null,
  began_at bigint,
  ended_at bigint,
  expected bigint not null,
  constraint review_number unique (number)
);
create index review_status on review (status, number);

-- When each stage of a review is over, for reviews in which something can be decided now.
create table review_stage (
  review text not null,
  stage bigint not null,
  escalated bigint not null,
  due_at bigint not null,
  constraint review_stage_key primary key (review, stage, escalated)
);
create index review_stage_due on review_stage (due_at);

create table review_item (
  id text not null primary key,
  review text not null,
  number bigint not null,
  stage bigint not null,
  escalated bigint not null,
  standing text not null,
  wish text,
  fingerprint text not null,
  shape text not null,
  detail text not null,
  system text not null,
  severity bigint not null,
  last_used bigint,
  opened_at bigint not null,
  asked_at bigint not null,
  changed_at bigint not null,
  kept_until bigint,
  constraint review_item_number unique (review, number)
);
create index review_item_standing on review_item (review, standing, stage, number);
create index review_item_changing on review_item (standing, changed_at);
create index review_item_shape on review_item (standing, kept_until, shape);

-- Before whom an item is now; none once it is decided.
create table review_reviewer (
  item text not null,
  person text not null,
  review text not null,
  number bigint not null,
  constraint review_reviewer_key primary key (item, person)
);
create index review_reviewer_person on review_reviewer (person, review, number);

-- What a person decided, how long it took them since they decided before, about how many items at once,
-- and whether it agrees with the last use.
create table review_decision (
  item text not null,
  stage bigint not null,
  review text not null,
  person text not null,
  verdict text not null,
  at bigint not null,
  at_once bigint not null,
  seconds bigint not null,
  agrees bigint,
  constraint review_decision_key primary key (item, stage)
);
create index review_decision_person on review_decision (review, person, at);
