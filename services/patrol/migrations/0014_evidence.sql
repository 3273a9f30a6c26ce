-- Evidence whose bytes are in the object store by an upload. `look_at` is when it is looked at whether anything needs it.
CREATE TABLE evidence (
    sha256 text PRIMARY KEY,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL,
    given_by text NOT NULL,
    upload text NOT NULL UNIQUE,
    last_place bigint NOT NULL,
    kept_at timestamptz NOT NULL,
    unnamed_since timestamptz NOT NULL,
    look_at timestamptz NOT NULL
);
CREATE INDEX evidence_look_at ON evidence (look_at);

-- What names evidence, kept or not, by the fact with a number; since `done_at` it needs it no more.
CREATE TABLE evidence_names (
    kind text NOT NULL,
    id text NOT NULL,
    sha256 text NOT NULL,
    division text NOT NULL,
    sequence bigint NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (kind, id, sha256)
);
CREATE INDEX evidence_names_sha256 ON evidence_names (sha256);

-- Whether a case is resolved, by the newest fact about it.
CREATE TABLE evidence_cases (
    case_id text PRIMARY KEY,
    incident_id uuid,
    sequence bigint NOT NULL,
    resolved_at timestamptz
);
CREATE INDEX evidence_cases_incident ON evidence_cases (incident_id) WHERE incident_id IS NOT NULL;

-- Uploads of the store that are of nothing kept, since they were first seen so.
CREATE TABLE unfinished_uploads (upload text PRIMARY KEY, seen_at timestamptz NOT NULL);
CREATE TABLE evidence_swept (next_at timestamptz NOT NULL);
INSERT INTO evidence_swept VALUES ('-infinity');
