-- Open cases are counted by state, over and over: without reading a case, and without the closed ones of all years.
CREATE INDEX cases_open ON cases (state) WHERE owner_due_on IS NOT NULL;
