-- Suspect patches of inspections, each of which is an incident. `sequence` is that of the newest fact about its case.
CREATE TABLE patches (
    incident_id uuid PRIMARY KEY,
    project text NOT NULL,
    number text NOT NULL,
    division text NOT NULL,
    area_ha numeric(10, 4) NOT NULL,
    outcome text NOT NULL DEFAULT 'open',
    sequence bigint NOT NULL DEFAULT 0
);
CREATE INDEX patches_division ON patches (division text_pattern_ops);
