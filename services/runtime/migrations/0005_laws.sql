-- The texts that were taken up in the place of the laws shipped, each law's in their order.
CREATE TABLE laws (
    law text NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    taken_up_by text NOT NULL,
    taken_up_at timestamptz NOT NULL,
    PRIMARY KEY (law, number)
);
