-- A city takes a position of each terminal every 15 s: a point names its terminal and area by number.
ALTER TABLE areas ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE terminals ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE points RENAME TO named_points;
ALTER INDEX points_pkey RENAME TO named_points_pkey;

-- Points that were kept: on CGCS2000, and as they were stated. `area` is 0 where no area contains the point.
CREATE TABLE points (
    terminal bigint NOT NULL,
    at timestamptz NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    stated_lon double precision NOT NULL,
    stated_lat double precision NOT NULL,
    area bigint NOT NULL,
    batch bigint NOT NULL,
    PRIMARY KEY (terminal, at)
);
INSERT INTO points
SELECT t.number, p.at, p.lon, p.lat, p.stated_lon, p.stated_lat, coalesce(a.number, 0), p.batch
FROM named_points p JOIN terminals t USING (source, terminal) LEFT JOIN areas a ON a.id = p.area_id;
DROP TABLE named_points;
