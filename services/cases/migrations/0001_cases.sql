-- Posts as roster states them; `body` is contracts.roster.Post.
CREATE TABLE posts (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    body jsonb NOT NULL
);

-- The cases. `body` is contracts.cases.Case; the other columns are what is searched by.
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL UNIQUE,
    number text NOT NULL UNIQUE,
    campaign text NOT NULL,
    kind text NOT NULL,
    division text COLLATE "C" NOT NULL,
    state text NOT NULL,
    owner_due_on date,
    overdue_told boolean NOT NULL DEFAULT false,
    opened_at timestamptz NOT NULL,
    body text NOT NULL,
    CHECK ((owner_due_on IS NULL) = (state IN ('dismissed', 'closed')))
) WITH (toast_tuple_target = 8160);
ALTER TABLE cases ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX cases_of_division ON cases (division, opened_at DESC);
CREATE INDEX cases_falling_due ON cases (owner_due_on) WHERE owner_due_on IS NOT NULL AND NOT overdue_told;

-- Every move of every case.
CREATE TABLE moves (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL,
    move text NOT NULL,
    before text,
    after text NOT NULL,
    by text NOT NULL,
    reason text,
    at timestamptz NOT NULL
);
CREATE INDEX moves_of_case ON moves (case_id, id);

-- The last number given in the book of each county and year.
CREATE TABLE numbers (
    year integer NOT NULL,
    county text NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (year, county)
);

-- How many reports say the same as an incident; may be known before its case is.
CREATE TABLE corroborations (
    incident_id uuid PRIMARY KEY,
    weight integer NOT NULL
);
