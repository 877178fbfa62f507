-- Under which name a job was handed out, so that a process that comes back after a crash takes back
-- what it held and nobody waits for a lease of the dead.
alter table job add column holder text;
