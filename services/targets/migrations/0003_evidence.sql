-- A digest of the evidence that a report names, so that other content under the same revision is noticed.
ALTER TABLE reports ADD COLUMN evidence bytea;
