-- Entries and links are known after the cut-off of every sheet that was published before them.
CREATE INDEX sheets_by_cutoff ON sheets (cutoff);
CREATE INDEX ledger_of_case ON ledger (case_id);

-- A link holds in both directions: one row, the lesser id first.
DELETE FROM site_links WHERE case_id > other_id;
ALTER TABLE site_links
    ADD CHECK (case_id < other_id),
    ADD COLUMN known_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE site_links ALTER COLUMN known_at DROP DEFAULT;

-- Where the case counted after the move.
ALTER TABLE moves
    ADD COLUMN campaign text,
    ADD COLUMN division text COLLATE "C",
    ADD COLUMN kind text;
UPDATE moves SET campaign = cases.campaign, division = cases.division, kind = cases.kind
FROM cases WHERE cases.id = case_id;
ALTER TABLE moves
    ALTER COLUMN campaign SET NOT NULL,
    ALTER COLUMN division SET NOT NULL,
    ALTER COLUMN kind SET NOT NULL;

-- A successor takes over closed cases as well.
DROP INDEX cases_of_unit;
CREATE INDEX cases_of_unit ON cases (unit_id) WHERE unit_id IS NOT NULL;
