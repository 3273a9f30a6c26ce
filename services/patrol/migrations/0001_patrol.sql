-- Areas as roster states them; `body` is contracts.roster.Area.
CREATE TABLE areas (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    body jsonb NOT NULL
);

-- Each incident as its newest revision has it; `body` is contracts.incident.Incident. One that corroborates another has
-- `linked_to`. `cell` is where near ones are looked for.
CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    external_id text NOT NULL,
    revision integer NOT NULL,
    kind text NOT NULL,
    cell bigint NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    seen_at timestamptz NOT NULL,
    weight integer NOT NULL DEFAULT 1,
    linked_to uuid,
    resolved boolean NOT NULL DEFAULT false,
    body text NOT NULL,
    UNIQUE (source, external_id)
);
CREATE INDEX incidents_near ON incidents (cell, kind, seen_at) WHERE linked_to IS NULL AND NOT resolved;

-- What became of every readable report, one row each time it was heard; `incident_id` is the one it now belongs to.
CREATE TABLE fates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    external_id text NOT NULL,
    revision integer NOT NULL,
    kind text NOT NULL,
    fate text NOT NULL CHECK (fate IN ('located', 'linked', 'revised', 'repeat', 'refused')),
    incident_id uuid,
    division text,
    at timestamptz NOT NULL
);

-- Track batches, and how many of their points were kept; `refused` counts the others by reason.
CREATE TABLE batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    batch_id text NOT NULL,
    terminal text NOT NULL,
    datum text NOT NULL,
    sent integer NOT NULL,
    kept integer NOT NULL,
    refused jsonb NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (source, batch_id)
);

-- Points that were kept: on CGCS2000, and as they were stated.
CREATE TABLE points (
    source text NOT NULL,
    terminal text NOT NULL,
    at timestamptz NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    stated_lon double precision NOT NULL,
    stated_lat double precision NOT NULL,
    area_id text,
    batch bigint NOT NULL,
    PRIMARY KEY (source, terminal, at)
);

-- The newest point of each terminal; its row is locked while a batch of the terminal is stored.
CREATE TABLE terminals (
    source text NOT NULL,
    terminal text NOT NULL,
    at timestamptz,
    lon double precision,
    lat double precision,
    PRIMARY KEY (source, terminal)
);
