-- Divisions as roster states them; `body` is contracts.roster.NamedDivision.
CREATE TABLE divisions (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    body jsonb NOT NULL
);
