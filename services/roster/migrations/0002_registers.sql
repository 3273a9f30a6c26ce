-- Every entry of every register, ended ones too. `body` is what contracts.roster.KEPT has for the register; `known_on`
-- is the day on which it was enrolled first, `look_on` the next on which time may find something else in it.
CREATE TABLE entries (
    register text NOT NULL,
    id text NOT NULL,
    division text NOT NULL,
    area_id text REFERENCES areas,
    body jsonb NOT NULL,
    look_on date,
    known_on date NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (register, id)
);
CREATE INDEX entries_of_division ON entries (register, division text_pattern_ops, id);
CREATE INDEX entries_of_area ON entries (register, area_id);
CREATE INDEX entries_to_look_at ON entries (look_on, register, id) WHERE look_on IS NOT NULL;
CREATE UNIQUE INDEX inventory_of_year ON entries (area_id, (body->>'year')) WHERE register = 'inventory';
CREATE INDEX papers_by_number ON entries ((body->>'number')) WHERE register IN ('correspondence', 'directive');

-- What was found in entries, settled things too. `body` is contracts.roster.RegisterFinding.
CREATE TABLE findings (
    id text PRIMARY KEY,
    register text NOT NULL,
    entry_id text NOT NULL,
    division text NOT NULL,
    state text NOT NULL,
    found_on date NOT NULL,
    body jsonb NOT NULL,
    FOREIGN KEY (register, entry_id) REFERENCES entries
);
CREATE INDEX findings_standing ON findings (register, entry_id) WHERE state <> 'settled';
CREATE INDEX findings_of_division ON findings (division text_pattern_ops, found_on);

-- How cases of directives stand, as far as they have ended or come back: of an item, or of one that an item's case was
-- merged into. `ref` and `into_ref` are contracts.language.values.CaseRef.
CREATE TABLE item_cases (
    case_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    state text NOT NULL,
    ref jsonb NOT NULL,
    into_id uuid,
    into_ref jsonb,
    closed_on date,
    directive_id text,
    item text
);
CREATE INDEX item_cases_merged_into ON item_cases (into_id);
CREATE INDEX item_cases_of_directive ON item_cases (directive_id);
