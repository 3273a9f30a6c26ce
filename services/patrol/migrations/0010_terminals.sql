-- Who carries a terminal, from an instant and before another; no two at one time.
CREATE TABLE holdings (
    source text NOT NULL,
    terminal text NOT NULL,
    person_id text NOT NULL,
    post_id text NOT NULL,
    carried_from timestamptz NOT NULL,
    carried_to timestamptz,
    PRIMARY KEY (source, terminal, carried_from)
);
CREATE INDEX holdings_person ON holdings (person_id, carried_from);

-- What the phone says of itself (contracts.patrol.TerminalState), and whether its sender knows that its clock is wrong.
ALTER TABLE terminals ADD COLUMN state jsonb, ADD COLUMN clock_doubted boolean NOT NULL DEFAULT false;

-- What was declared of a batch: a round without network, and how much its times were corrected by.
ALTER TABLE batches ADD COLUMN offline boolean NOT NULL DEFAULT false, ADD COLUMN corrected_us bigint NOT NULL DEFAULT 0;
