-- How many trees a plot has, and how many of them have come how far.
ALTER TABLE plots
    ADD COLUMN trees integer NOT NULL DEFAULT 0,
    ADD COLUMN found integer NOT NULL DEFAULT 0,
    ADD COLUMN felled integer NOT NULL DEFAULT 0,
    ADD COLUMN treated integer NOT NULL DEFAULT 0,
    ADD COLUMN verified integer NOT NULL DEFAULT 0;
UPDATE plots SET trees = (body::jsonb ->> 'trees')::integer, found = done.found, felled = done.felled,
                 treated = done.treated, verified = done.verified
FROM (
    SELECT plot_id,
           coalesce(sum(trees) FILTER (WHERE step = 'found'), 0) AS found,
           coalesce(sum(trees) FILTER (WHERE step = 'felled'), 0) AS felled,
           coalesce(sum(trees) FILTER (WHERE step = 'treated'), 0)
               - coalesce(sum(trees) FILTER (WHERE step = 'sent_back'), 0) AS treated,
           coalesce(sum(trees) FILTER (WHERE step = 'verified'), 0) AS verified
    FROM (SELECT p.id AS plot_id, e.body::jsonb ->> 'step' AS step, (e.body::jsonb ->> 'trees')::integer AS trees
          FROM plots p LEFT JOIN clearance_entries e ON e.plot_id = p.id) AS entries
    GROUP BY plot_id
) AS done
WHERE plots.id = done.plot_id;

-- What names no evidence by its newest fact, the one with a number: older ones come too late.
CREATE TABLE evidence_unnamed (
    kind text NOT NULL,
    id text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (kind, id)
);
-- Behind which hash a sweep goes on that has not come to its end.
ALTER TABLE evidence_swept ADD COLUMN after text NOT NULL DEFAULT '';

-- The case that a case was merged into: it is resolved when that one is. `survives` says that another was.
ALTER TABLE evidence_cases ADD COLUMN merged_into text, ADD COLUMN survives boolean NOT NULL DEFAULT false;
CREATE INDEX evidence_cases_merged_into ON evidence_cases (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX incidents_of_source ON incidents (division, source, located_at) WHERE located_at IS NOT NULL;
