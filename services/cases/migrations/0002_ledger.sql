ALTER TABLE cases
    ALTER COLUMN incident_id DROP NOT NULL,
    ADD COLUMN source text,
    ADD COLUMN external_id text,
    -- What was imported, so that the same row again changes nothing and a different one is refused.
    ADD COLUMN digest bytea,
    ADD COLUMN unit_id text,
    ADD COLUMN cause text,
    ADD COLUMN party text,
    ADD COLUMN area_id text,
    ADD COLUMN closed_on date,
    ADD COLUMN ladder_on date,
    ADD COLUMN look_back_on date,
    ADD COLUMN look_back_told boolean NOT NULL DEFAULT false,
    ADD COLUMN notice_until date,
    DROP CONSTRAINT cases_check,
    ADD CONSTRAINT open_cases_have_an_owner_and_a_day
        CHECK ((owner_due_on IS NULL) = (state IN ('dismissed', 'closed', 'voided', 'merged')));
CREATE UNIQUE INDEX cases_of_old_ledgers ON cases (source, external_id) WHERE source IS NOT NULL;
CREATE INDEX cases_of_unit ON cases (unit_id) WHERE owner_due_on IS NOT NULL AND unit_id IS NOT NULL;
CREATE INDEX cases_on_the_ladder ON cases (ladder_on) WHERE ladder_on IS NOT NULL;
CREATE INDEX cases_to_look_back_at ON cases (look_back_on) WHERE look_back_on IS NOT NULL AND NOT look_back_told;
CREATE INDEX cases_on_notice ON cases (notice_until) WHERE notice_until IS NOT NULL;
CREATE INDEX cases_closed_at_place ON cases (area_id, closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX cases_closed_by_party ON cases (party, closed_on) WHERE closed_on IS NOT NULL AND party IS NOT NULL;
CREATE INDEX cases_closed_by_cause ON cases (cause, closed_on) WHERE closed_on IS NOT NULL AND cause IS NOT NULL;

-- The business date of a move, the owner's day after it, and the business date of the move that followed.
ALTER TABLE moves
    ADD COLUMN on_day date,
    ADD COLUMN due_on date,
    ADD COLUMN next_on date;
UPDATE moves SET on_day = (at AT TIME ZONE 'Asia/Shanghai')::date;
ALTER TABLE moves ALTER COLUMN on_day SET NOT NULL;
CREATE INDEX moves_by_day ON moves (on_day);

-- The ledger: what each move did to it, never changed. `other_…` is where a case that moved came from or went to.
CREATE TABLE ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL,
    line text NOT NULL,
    reason text NOT NULL,
    route text NOT NULL,
    on_day date NOT NULL,
    known_on date NOT NULL,
    known_at timestamptz NOT NULL,
    campaign text NOT NULL,
    division text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    other_campaign text,
    other_division text COLLATE "C",
    other_kind text,
    CHECK (on_day <= known_on)
);
CREATE INDEX ledger_of_division ON ledger (division, on_day);
CREATE INDEX ledger_as_known ON ledger (known_on, known_at);

-- Entries that are not yet in `ledger_sums`.
CREATE TABLE unfolded (ledger_id bigint PRIMARY KEY)
    WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

-- Entries summed per scope, from the town up; '*' is every campaign or kind, '' is everywhere.
CREATE TABLE ledger_sums (
    campaign text NOT NULL,
    area text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    on_day date NOT NULL,
    known_on date NOT NULL,
    line text NOT NULL,
    reason text NOT NULL,
    route text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (campaign, area, kind, on_day, known_on, line, reason, route) INCLUDE (n)
);

-- One site in two campaigns, a row for each direction.
CREATE TABLE site_links (
    case_id uuid NOT NULL,
    other_id uuid NOT NULL,
    on_day date NOT NULL,
    PRIMARY KEY (case_id, other_id)
);

-- Sheets as they were published; `body` is contracts.cases.Sheet.
CREATE TABLE sheets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    division text NOT NULL,
    kind text NOT NULL,
    to_day date NOT NULL,
    cutoff timestamptz NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX sheets_of_scope ON sheets (campaign, division, kind, id DESC);

-- Letters of the ladder; `body` is contracts.cases.Letter.
CREATE TABLE letters (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    about text NOT NULL,
    rung text NOT NULL,
    due_on date NOT NULL,
    issued_on date NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX letters_of_case ON letters (case_id, issued_on);

-- Reviews; `body` is contracts.cases.Review.
CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    body jsonb NOT NULL
);

-- Causes that were added to those of causes.json.
CREATE TABLE causes (
    cause text PRIMARY KEY,
    words text NOT NULL,
    words_en text NOT NULL
);

-- Posts that have another holder from a day on, until their open cases have been passed on.
CREATE TABLE handovers (
    post_id text NOT NULL,
    on_day date NOT NULL,
    after_id uuid,
    PRIMARY KEY (post_id, on_day)
);
