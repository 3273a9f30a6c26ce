-- Each plot of dead pines as its newest fact has it, the one with a number; `told` is how many of them counted.
CREATE TABLE cleared (
    id text PRIMARY KEY,
    sequence bigint NOT NULL,
    told integer NOT NULL DEFAULT 1,
    division text NOT NULL,
    place text NOT NULL,
    last date NOT NULL,
    treated integer NOT NULL,
    verified integer NOT NULL,
    area_mu numeric(20, 4) NOT NULL,
    state text NOT NULL
);
CREATE INDEX cleared_within ON cleared (division COLLATE "C");
