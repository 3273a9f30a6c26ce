-- Posts as roster states them; `body` is contracts.roster.Post. `opened_to` is the day up to which their duties have
-- been opened, by so many texts of the rules and conditions as `opened_by` says; one that is new has none.
CREATE TABLE posts (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    body jsonb NOT NULL,
    role text GENERATED ALWAYS AS (body ->> 'role') STORED,
    division text GENERATED ALWAYS AS (body ->> 'division') STORED,
    area_id text GENERATED ALWAYS AS (body ->> 'area_id') STORED,
    ended_on text GENERATED ALWAYS AS (body ->> 'ended_on') STORED,
    opened_to date NOT NULL DEFAULT '-infinity',
    opened_by bigint NOT NULL DEFAULT -1
);
CREATE INDEX posts_opened_by ON posts (opened_by);
CREATE INDEX posts_opened_to ON posts (opened_to);
CREATE INDEX posts_offices ON posts (id) WHERE role = 'office';

-- The rules under which duties were opened, each once; `body` is contracts.law.duty.DutyRule.
CREATE TABLE duty_terms (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    body text NOT NULL,
    UNIQUE (rule, version, digest)
);

-- What a post must do in a period; `first` to `last` are the days of it that count.
CREATE TABLE duties (
    id uuid PRIMARY KEY,
    post_id text NOT NULL,
    rule text NOT NULL,
    terms integer NOT NULL,
    role text NOT NULL,
    area_id text NOT NULL,
    division text NOT NULL,
    period_first date NOT NULL,
    period_last date NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    soon_on date NOT NULL,
    closes_on date NOT NULL,
    state text NOT NULL DEFAULT 'open',
    reminded boolean NOT NULL DEFAULT false,
    done integer NOT NULL DEFAULT 0,
    reason text,
    order_number text
) WITH (fillfactor = 90);
CREATE INDEX duties_of_post ON duties (post_id, rule, period_last);
CREATE INDEX duties_soon ON duties (soon_on) WHERE state = 'open' AND NOT reminded;
CREATE INDEX duties_closing ON duties (closes_on) WHERE state = 'open';
CREATE INDEX duties_within ON duties (division text_pattern_ops, last);

-- Patrols with their verdict. Shares that nobody has measured are null. `body` is contracts.patrol.RecordedPatrol of one
-- that no terminal saw.
CREATE TABLE walks (
    id uuid PRIMARY KEY,
    post_id text NOT NULL,
    person text,
    kind text NOT NULL,
    way text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    day date NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('pending', 'valid', 'invalid')),
    minutes double precision NOT NULL DEFAULT 0,
    metres double precision NOT NULL DEFAULT 0,
    own_share double precision,
    area_share double precision,
    repeats boolean NOT NULL DEFAULT false,
    grids text[] NOT NULL DEFAULT '{}',
    visited jsonb NOT NULL DEFAULT '{}',
    items text[] NOT NULL DEFAULT '{}',
    photos integer NOT NULL DEFAULT 0,
    stop text,
    body text
);
CREATE INDEX walks_of_post ON walks (post_id, day);

-- Fire-danger levels and bans; `body` is contracts.patrol.Condition.
CREATE TABLE conditions (
    id text PRIMARY KEY,
    first date NOT NULL,
    last date NOT NULL,
    body text NOT NULL
);

-- Plans of a year's patrols; `body` is contracts.patrol.PatrolPlan.
CREATE TABLE patrol_plans (
    post_id text NOT NULL,
    year integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (post_id, year)
);
