-- Where an incident lies, when its sender says that it was reported, and when it was located first.
ALTER TABLE incidents ADD COLUMN division text, ADD COLUMN reported_at timestamptz, ADD COLUMN located_at timestamptz;
CREATE INDEX incidents_located ON incidents (located_at) WHERE located_at IS NOT NULL;

ALTER TABLE evidence_cases ADD COLUMN verified_at timestamptz;

-- What was located on a day in a division from a source: `told` is contracts.patrol.Timeliness as it was told last,
-- `look_on` when it is looked at next.
CREATE TABLE timeliness (
    day date NOT NULL,
    division text NOT NULL,
    source text NOT NULL,
    look_on date,
    told text,
    PRIMARY KEY (day, division, source)
);
CREATE INDEX timeliness_look_on ON timeliness (look_on) WHERE look_on IS NOT NULL;
-- What an order (林长令) says.
ALTER TABLE duties ADD COLUMN order_text text;

-- From which day on nothing has been looked at.
CREATE TABLE timeliness_days (next_day date NOT NULL);
INSERT INTO timeliness_days VALUES ('1970-01-01');
