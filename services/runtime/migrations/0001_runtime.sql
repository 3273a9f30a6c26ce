-- Messages already handled. `source` is the subject's token for intake and commands, the announcing service for facts.
CREATE TABLE inbox (
    consumer text NOT NULL,
    source text NOT NULL,
    message_id text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source, message_id)
);
CREATE INDEX inbox_handled_at ON inbox USING brin (handled_at);

-- How often a message failed; written outside the transaction that its handler rolled back.
CREATE TABLE attempts (
    consumer text NOT NULL,
    source text NOT NULL,
    message_id text NOT NULL,
    attempts integer NOT NULL,
    reason text NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source, message_id)
);

-- The last sequence of each aggregate; the row lock keeps sequences in the order of commits.
CREATE TABLE aggregates (
    partitionkey text PRIMARY KEY,
    sequence bigint NOT NULL
) WITH (fillfactor = 70);

-- The record of everything announced, written once and never changed; the bus can be refilled from it. Bodies stay in
-- the row as they are: to compress them or put them elsewhere would cost more than it saves.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text NOT NULL,
    subject text NOT NULL,
    partitionkey text NOT NULL,
    sequence bigint,
    headers text NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
) WITH (toast_tuple_target = 8160);
ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL;

-- Which of them the bus has not acknowledged.
CREATE TABLE unsent (
    id bigint PRIMARY KEY,
    partitionkey text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    durable text NOT NULL,
    subject text NOT NULL,
    source text NOT NULL,
    message_id text,
    stream_sequence bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'replayed', 'discarded')),
    settled_reason text,
    settled_at timestamptz
);
CREATE INDEX dead_letters_waiting ON dead_letters (durable, cause) WHERE state = 'waiting';

-- Answers already given, so that the same command asked again gets the same answer.
CREATE TABLE answers (
    actor text NOT NULL,
    message_id text NOT NULL,
    command_digest bytea NOT NULL,
    body bytea NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, message_id)
);

CREATE TABLE counters (
    name text PRIMARY KEY,
    value bigint NOT NULL
);

CREATE TABLE view_version (
    sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
    version bigint NOT NULL
);
INSERT INTO view_version (version) VALUES (0);
