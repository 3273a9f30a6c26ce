-- Until when the first step of an incident is to be taken, whether it was told that it was not, and when the day begins
-- on which that is due; null where none is to be taken or told of.
ALTER TABLE incidents
    ADD COLUMN first_due_at timestamptz,
    ADD COLUMN first_told boolean NOT NULL DEFAULT false,
    ADD COLUMN first_remind_at timestamptz;
CREATE INDEX incidents_first_due ON incidents (first_due_at) WHERE first_due_at IS NOT NULL AND NOT first_told;
CREATE INDEX incidents_first_remind ON incidents (first_remind_at) WHERE first_remind_at IS NOT NULL;

-- Activities of outreach, `body` is contracts.patrol.Outreach, and disputes, contracts.patrol.Dispute.
CREATE TABLE outreach (
    id text PRIMARY KEY,
    division text NOT NULL,
    on_day date NOT NULL,
    households bigint NOT NULL,
    people bigint NOT NULL,
    materials bigint NOT NULL,
    body text NOT NULL
);
CREATE INDEX outreach_within ON outreach (division text_pattern_ops, on_day);
CREATE TABLE disputes (
    id text PRIMARY KEY,
    division text NOT NULL,
    on_day date NOT NULL,
    settled boolean NOT NULL,
    body text NOT NULL
);
CREATE INDEX disputes_within ON disputes (division text_pattern_ops, on_day);

-- When reports of passers-by were taken, as long as that limits how many more are.
CREATE TABLE passerby_reports (
    source text NOT NULL,
    device text,
    at timestamptz NOT NULL
);
CREATE INDEX passerby_reports_of_source ON passerby_reports (source, at);
