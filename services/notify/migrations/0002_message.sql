-- The `ce-id` of the fact: two facts of one kind about one case may happen at one instant, and both are told.
ALTER TABLE tellings DROP CONSTRAINT tellings_thing_id_about_happened_at_key, ADD COLUMN message_id text;
UPDATE tellings SET message_id = 'telling-' || id;
ALTER TABLE tellings ALTER COLUMN message_id SET NOT NULL, ADD UNIQUE (message_id);
CREATE INDEX tellings_of_thing ON tellings (thing_id);
