-- Whether a division has been told by itself, without its boundary.
ALTER TABLE areas ADD COLUMN division_told boolean NOT NULL DEFAULT false;
CREATE INDEX divisions_untold ON areas (id) WHERE kind = 'division' AND NOT division_told;
