-- What marks a point: see services/patrol/kept/point.py.
ALTER TABLE points ADD COLUMN marks smallint NOT NULL DEFAULT 0;

-- The points of a past day in China, packed (services/patrol/kept/packed.py): compressed already.
CREATE TABLE packed_days (
    terminal bigint NOT NULL,
    day date NOT NULL,
    points integer NOT NULL,
    packed bytea NOT NULL,
    PRIMARY KEY (terminal, day)
);
ALTER TABLE packed_days ALTER COLUMN packed SET STORAGE EXTERNAL;
CREATE INDEX packed_days_old ON packed_days (day);

-- A terminal has no rows in `points` before `rows_from`, and no packed day after `sealed_to`.
ALTER TABLE terminals ADD COLUMN rows_from timestamptz, ADD COLUMN sealed_to date;
UPDATE terminals t SET rows_from = (SELECT min(at) FROM points p WHERE p.terminal = t.number);
CREATE INDEX terminals_unsealed ON terminals (rows_from);
