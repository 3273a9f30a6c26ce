-- The part of the plan that a target is a part of, so that parts and sums are found.
ALTER TABLE targets ADD COLUMN parent_id text GENERATED ALWAYS AS (body ->> 'parent_id') STORED;
CREATE INDEX targets_of_parent ON targets (parent_id) WHERE parent_id IS NOT NULL;
