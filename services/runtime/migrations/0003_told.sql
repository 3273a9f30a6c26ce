-- The stream that this outbox is told to, as the relay left it: when it was made, and the last sequence in it. Without
-- a time, everything on record is to be told once more.
CREATE TABLE told (
    sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
    stream_made_at text,
    last_sequence bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO told (last_sequence) VALUES (0);
