-- Forest land of areas, as surveyed in a year. `body` is contracts.roster.ForestLand.
CREATE TABLE forest_lands (
    area_id text NOT NULL REFERENCES areas,
    year int NOT NULL,
    body jsonb NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (area_id, year)
);

-- How the grids of areas cover them, and the day on which that may be otherwise. `body` is contracts.roster.Coverage;
-- none while the clock has not looked yet.
CREATE TABLE coverages (
    area_id text PRIMARY KEY REFERENCES areas,
    division text,
    body jsonb,
    look_on date
);
CREATE INDEX coverages_to_look_at ON coverages (look_on, area_id) WHERE look_on IS NOT NULL;
INSERT INTO coverages (area_id, look_on)
SELECT DISTINCT parent_id, date '-infinity' FROM areas WHERE kind = 'grid' AND parent_id IS NOT NULL;

-- Every gap ever found. `body` is contracts.roster.Gap.
CREATE TABLE gaps (
    id text PRIMARY KEY,
    area_id text NOT NULL REFERENCES areas,
    healed_on date,
    body jsonb NOT NULL
);
CREATE INDEX gaps_open ON gaps (area_id) WHERE healed_on IS NULL;
