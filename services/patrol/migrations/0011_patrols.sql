-- What was done with patrols, each move once however often it was told; `body` is services.patrol.patrol.course.Said.
CREATE TABLE patrol_moves (
    patrol uuid NOT NULL,
    move text NOT NULL,
    at timestamptz NOT NULL,
    digest bytea NOT NULL,
    body text NOT NULL,
    told_by text NOT NULL,
    PRIMARY KEY (patrol, move, at, digest)
);

-- Patrols as they stand; `body` is contracts.patrol.Patrol, `walker` its person or, where nobody held the post, the post.
-- The clock judges one from `judge_at` on, and looks at one that is not over from `watch_at` on; `silent` is one of which
-- a silence has been told. `digest` is that of its points when they were last measured, `west` to `north` their extent.
CREATE TABLE patrols (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    external_id text NOT NULL,
    post_id text NOT NULL,
    division text NOT NULL,
    walker text NOT NULL,
    person_id text,
    terminal_source text,
    terminal text,
    state text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('pending', 'valid', 'invalid')),
    appealed boolean NOT NULL DEFAULT false,
    planned_on date,
    started_at timestamptz,
    ended_at timestamptz,
    judge_at timestamptz,
    watch_at timestamptz,
    silent boolean NOT NULL DEFAULT false,
    digest bytea,
    west double precision,
    south double precision,
    east double precision,
    north double precision,
    incidents text[] NOT NULL DEFAULT '{}',
    body text NOT NULL
);
CREATE INDEX patrols_due ON patrols (judge_at) WHERE judge_at IS NOT NULL;
CREATE INDEX patrols_watched ON patrols (watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX patrols_of_walker ON patrols (walker, started_at);
CREATE INDEX patrols_of_terminal ON patrols (terminal_source, terminal, started_at) WHERE terminal IS NOT NULL;
CREATE INDEX patrols_begun ON patrols (started_at);
CREATE INDEX patrols_within ON patrols (division text_pattern_ops, started_at);

-- What a terminal has sent since the patrols that its points may belong to were marked, and when it was last heard.
ALTER TABLE terminals
    ADD COLUMN fresh boolean NOT NULL DEFAULT false,
    ADD COLUMN fresh_from timestamptz,
    ADD COLUMN fresh_to timestamptz,
    ADD COLUMN heard_at timestamptz;
CREATE INDEX terminals_fresh ON terminals (number) WHERE fresh;

-- The patrol that a walk is the part of a day of, the day on which that began, and whether it counts by a decision.
ALTER TABLE walks
    ADD COLUMN patrol uuid,
    ADD COLUMN began_on date,
    ADD COLUMN granted boolean NOT NULL DEFAULT false;
CREATE INDEX walks_of_patrol ON walks (patrol) WHERE patrol IS NOT NULL;
