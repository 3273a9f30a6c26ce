-- What each case has done that concerns records, so that its facts may be heard in any order: services.targets.record.record.Step.
CREATE TABLE case_steps (
    case_id text PRIMARY KEY,
    steps jsonb NOT NULL
);

-- An entry is of a post, of a unit or of a person, and stays when it is undone. `entry` says what happened in which cycle.
ALTER TABLE records
    DROP CONSTRAINT records_case_id_what_key,
    DROP CONSTRAINT records_what_check,
    ADD CHECK (what IN ('opened', 'overdue', 'closed', 'relapsed')),
    ADD COLUMN entry text,
    ADD COLUMN whose text,
    ADD COLUMN unit jsonb,
    ADD COLUMN account text,
    ADD COLUMN undone_by text,
    ADD COLUMN undone_at timestamptz,
    ADD CHECK ((undone_by IS NULL) = (undone_at IS NULL)),
    ADD CHECK (num_nonnulls(post, unit, account) <= 1);
UPDATE records SET whose = coalesce(concat_ws(' ', 'post ' || post_id, post #>> '{holder,id}'), ''),
                   entry = CASE what WHEN 'opened' THEN 'opened' ELSE what || ' 1' END;
INSERT INTO case_steps (case_id, steps)
SELECT case_id, jsonb_agg(
           jsonb_build_object('n', 0, 'word', what, 'at', at, 'cycle', 1,
                              'chiefs', CASE WHEN post IS NULL THEN '[]' ELSE jsonb_build_array(post) END,
                              'mark', CASE what WHEN 'opened' THEN '' ELSE ' 1' END) ORDER BY id)
FROM records GROUP BY case_id;
ALTER TABLE records
    ALTER COLUMN entry SET NOT NULL,
    ALTER COLUMN whose SET NOT NULL,
    ADD UNIQUE (case_id, entry, whose);
