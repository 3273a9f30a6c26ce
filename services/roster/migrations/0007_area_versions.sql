-- Every state in which an area was ever stated, by when. `body` is contracts.roster.Area.
CREATE TABLE area_versions (
    area_id text NOT NULL,
    recorded_at timestamptz NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (area_id, recorded_at)
);
CREATE INDEX area_versions_recorded ON area_versions (recorded_at);
-- What was stated before is not on record: each is taken to have been known ever as it stands.
INSERT INTO area_versions (area_id, recorded_at, body) SELECT id, timestamptz '1970-01-01 00:00Z', body FROM areas;
