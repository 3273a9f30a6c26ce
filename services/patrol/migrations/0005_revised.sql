-- Whether an incident ever was an alarm: a revision that makes it one raises it once.
ALTER TABLE incidents ADD COLUMN alarmed boolean NOT NULL DEFAULT false;
UPDATE incidents SET alarmed = true WHERE kind IN ('fire', 'sick_wildlife');
-- Those that corroborate an incident are looked for when a revision takes it elsewhere.
CREATE INDEX incidents_linked ON incidents (linked_to) WHERE linked_to IS NOT NULL;
