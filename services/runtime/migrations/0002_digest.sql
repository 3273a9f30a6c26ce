-- Of the body, so that another one under a used id is noticed; not known of what was handled before.
ALTER TABLE inbox ADD COLUMN digest bytea;
