-- What a job is for and which system it needs: a node that does not have the system leaves it to one
-- that has, and whoever looks at the subject sees what it waits for.
alter table job add column subject text;
alter table job add column system text;
create index job_subject on job (subject, id);
