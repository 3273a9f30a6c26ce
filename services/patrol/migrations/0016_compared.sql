-- Patrols by when and where they were walked, and those of a post, so that each is compared with few of them.
CREATE INDEX patrols_meeting ON patrols USING gist (
    tstzrange(started_at, ended_at, '[]'), box(point(west, south), point(east, north))
) WHERE digest IS NOT NULL;
CREATE INDEX patrols_of_post ON patrols (post_id, started_at);

-- The number of the text of the rules by which a patrol is judged, and the day after which it stays so: null while its
-- verdict is open.
ALTER TABLE patrols ADD COLUMN by_law bigint, ADD COLUMN final_on date;
CREATE INDEX patrols_final_on ON patrols (final_on);
CREATE INDEX patrols_undecided ON patrols (id) WHERE verdict = 'pending' OR appealed;
