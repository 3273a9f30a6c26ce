-- An office's book of letters of a year: its row is locked while numbers are given.
CREATE TABLE letter_books (
    office_id text NOT NULL,
    year smallint NOT NULL,
    PRIMARY KEY (office_id, year)
);

-- The papers in a book; each has one line for every case of the same addressee, campaign, rung and day.
CREATE TABLE papers (
    office_id text NOT NULL,
    year smallint NOT NULL,
    n integer NOT NULL,
    to_id text NOT NULL,
    campaign text NOT NULL,
    rung text NOT NULL,
    issued_on date NOT NULL,
    PRIMARY KEY (office_id, year, n),
    UNIQUE (office_id, to_id, campaign, rung, issued_on)
);

-- The number under which a letter was issued; none was given before there were papers.
ALTER TABLE letters ADD COLUMN number text;
CREATE INDEX letters_of_number ON letters (number);
