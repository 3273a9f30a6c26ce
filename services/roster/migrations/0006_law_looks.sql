-- By which text of a law all that it judges has been marked to be looked at again, and behind which thing the marking
-- goes on; null when it is done.
CREATE TABLE law_looks (law text PRIMARY KEY, number bigint NOT NULL, after text);
