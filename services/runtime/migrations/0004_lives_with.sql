-- The newest release whose migrations this schema has had, and the oldest whose code can live with it.
CREATE TABLE lives_with (
    sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
    release integer NOT NULL,
    serves_from integer NOT NULL
);
INSERT INTO lives_with (release, serves_from) VALUES (0, 0);
