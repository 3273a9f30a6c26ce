-- The sensor of a satellite that saw it; null where it was seen otherwise.
ALTER TABLE incidents ADD COLUMN sensor text;
-- Pixels that corroborate a fire are looked for when others of the same overpass are reported.
CREATE INDEX incidents_pixels ON incidents (cell, kind, seen_at) WHERE linked_to IS NOT NULL AND sensor IS NOT NULL;
