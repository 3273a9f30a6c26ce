-- Every responsibility area, ended ones too. `body` is contracts.roster.Area.
CREATE TABLE areas (
    id text PRIMARY KEY,
    kind text NOT NULL,
    division text NOT NULL,
    parent_id text REFERENCES areas,
    body jsonb NOT NULL,
    stated_at timestamptz NOT NULL,
    CHECK (parent_id <> id)
);
CREATE INDEX areas_of_parent ON areas (parent_id);

-- Every post with everybody ever appointed to it. `body` is contracts.roster.Post.
CREATE TABLE posts (
    id text PRIMARY KEY,
    role text NOT NULL,
    area_id text NOT NULL REFERENCES areas,
    division text NOT NULL,
    body jsonb NOT NULL,
    stated_at timestamptz NOT NULL
);
CREATE INDEX posts_of_area ON posts (area_id);
CREATE INDEX offices ON posts (division) WHERE role = 'office';
