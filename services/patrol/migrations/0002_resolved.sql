-- The `sequence` of the newest fact heard about the case of an incident.
ALTER TABLE incidents ADD COLUMN case_sequence bigint NOT NULL DEFAULT 0;
