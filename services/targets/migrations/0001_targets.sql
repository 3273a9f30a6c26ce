-- The plan. `body` is contracts.targets.Target; the four sums are of `reports`, kept here so that one row lock orders them.
CREATE TABLE targets (
    id text PRIMARY KEY,
    year integer NOT NULL,
    division text NOT NULL,
    body jsonb NOT NULL,
    reported numeric(20, 4) NOT NULL DEFAULT 0 CHECK (reported >= 0),
    mapped numeric(20, 4) NOT NULL DEFAULT 0 CHECK (mapped >= 0),
    accepted numeric(20, 4) NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    preserved numeric(20, 4) NOT NULL DEFAULT 0 CHECK (preserved >= 0),
    set_at timestamptz NOT NULL
);
CREATE INDEX targets_of_year ON targets (year, division COLLATE "C");

-- Each progress report as its newest revision has it.
CREATE TABLE reports (
    source text NOT NULL,
    external_id text NOT NULL,
    revision integer NOT NULL,
    target_id text NOT NULL REFERENCES targets,
    entity text NOT NULL,
    plot text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    reported numeric(20, 4) NOT NULL,
    mapped numeric(20, 4) NOT NULL,
    accepted numeric(20, 4) NOT NULL,
    preserved numeric(20, 4) NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (source, external_id)
);
CREATE INDEX reports_of_target ON reports (target_id);

-- What became of every readable progress report ever heard, one row each time it was heard.
CREATE TABLE fates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    external_id text NOT NULL,
    revision integer NOT NULL,
    target_id text NOT NULL,
    fate text NOT NULL CHECK (fate IN ('counted', 'revised', 'repeat', 'refused')),
    at timestamptz NOT NULL
);
CREATE INDEX fates_of_report ON fates (source, external_id, revision);

-- What cases did to the records of chiefs; `post_id` and `post` are null where no chief answered for the place.
CREATE TABLE records (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id text NOT NULL,
    what text NOT NULL CHECK (what IN ('opened', 'overdue', 'closed')),
    case_number text NOT NULL,
    case_division text NOT NULL,
    post_id text,
    post_division text,
    post jsonb,
    at timestamptz NOT NULL,
    UNIQUE (case_id, what),
    CHECK ((post_id IS NULL) = (post IS NULL))
);
CREATE INDEX records_of_post ON records (post_id, at DESC) WHERE post_id IS NOT NULL;
