-- Whom findings affect is written anew from their events at the next start: it was not kept for findings
-- older than these tables, and was not taken back when one ended.
delete from finding_affected;

-- The sequence of the event of its finding after which it was not yet asked whether an exception is
-- over; null where that was asked.
alter table exception add column unsettled bigint;
update exception set unsettled = 0 where ended_at is null;
create index exception_unsettled on exception (unsettled);

-- What comes out of force by itself is found without looking at what is in force.
create index exception_force_end on exception (stage, force_until);
