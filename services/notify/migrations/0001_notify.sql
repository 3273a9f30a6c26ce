-- Posts as roster states them; `body` is contracts.roster.Post.
CREATE TABLE posts (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    body jsonb NOT NULL
);

-- One row for each thing heard that could be told; its key is what makes it one thing, whatever is replayed.
CREATE TABLE tellings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thing_id text NOT NULL,
    about text NOT NULL,
    happened_at timestamptz NOT NULL,
    fate text NOT NULL CHECK (fate IN ('told', 'nobody', 'old')),
    division text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    UNIQUE (thing_id, about, happened_at)
);

-- Who was told: a person, or where a post is vacant its unit. No foreign key: a telling and its notices are written
-- by one function in one transaction, and checking each of a thousand rows again would cost more than writing them.
CREATE TABLE notices (
    id uuid PRIMARY KEY,
    telling_id bigint NOT NULL,
    post_id text,
    person_id text,
    person_name text,
    unit_id text NOT NULL,
    unit_name text NOT NULL,
    channel text NOT NULL,
    receipted_at timestamptz,
    receipted_by text,
    CHECK ((person_id IS NULL) = (person_name IS NULL)),
    CHECK ((receipted_at IS NULL) = (receipted_by IS NULL))
);
CREATE UNIQUE INDEX notices_of_person ON notices (person_id, telling_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX notices_of_unit ON notices (unit_id, telling_id) WHERE person_id IS NULL;
