-- Points that were refused as impossible to reach, [[at_us, lon, lat], …]: enough of them outvote what is stored.
ALTER TABLE terminals ADD COLUMN doubted jsonb;
ALTER TABLE terminals DROP COLUMN at, DROP COLUMN lon, DROP COLUMN lat;
-- Of what a batch said, so that other points under its name are noticed.
ALTER TABLE batches ADD COLUMN digest bytea;
