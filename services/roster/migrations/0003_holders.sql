-- What was told last of who holds a post, and the day on which that may be otherwise. `body` is
-- contracts.roster.Holding; none while the clock has not looked yet.
CREATE TABLE holders (
    post_id text PRIMARY KEY REFERENCES posts,
    body jsonb,
    look_on date
);
CREATE INDEX holders_to_look_at ON holders (look_on, post_id) WHERE look_on IS NOT NULL;
INSERT INTO holders (post_id, look_on) SELECT id, '-infinity' FROM posts;

-- Who was ever named to act for a post while it is vacant; on each day the last one recorded. `person` is
-- contracts.language.values.PersonRef; none where the unit acts.
CREATE TABLE stand_ins (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id text NOT NULL REFERENCES posts,
    person jsonb,
    first date NOT NULL,
    last date NOT NULL,
    reason text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CHECK (first <= last)
);
CREATE INDEX stand_ins_of_post ON stand_ins (post_id);
