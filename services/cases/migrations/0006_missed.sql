-- The days that an owner has missed and that have been told, once each, also when the case leaves the owner and returns.
CREATE TABLE missed (
    case_id uuid NOT NULL,
    unit_id text NOT NULL,
    due_on date NOT NULL,
    PRIMARY KEY (case_id, unit_id, due_on)
);
INSERT INTO missed
SELECT id, body::jsonb #>> '{owner,unit,id}', owner_due_on FROM cases WHERE overdue_told AND owner_due_on IS NOT NULL;
