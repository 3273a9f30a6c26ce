-- Plots of dead pines; `body` is contracts.patrol.Plot. `looked_at` says that somebody has looked since `due_on` passed,
-- `warned` that it was told that the plot overlaps natural forest.
CREATE TABLE plots (
    id text PRIMARY KEY,
    division text NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL,
    looked_at boolean NOT NULL DEFAULT false,
    warned boolean NOT NULL DEFAULT false,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    body text NOT NULL
);
CREATE INDEX plots_due ON plots (due_on) WHERE NOT looked_at;
CREATE INDEX plots_within ON plots (division text_pattern_ops, id);

-- What was done on plots; `body` is contracts.patrol.ClearanceEntry.
CREATE TABLE clearance_entries (
    id uuid PRIMARY KEY,
    plot_id text NOT NULL,
    on_day date NOT NULL,
    body text NOT NULL
);
CREATE INDEX clearance_entries_of_plot ON clearance_entries (plot_id, on_day);

-- Natural forest; `body` is contracts.patrol.NaturalForest, `boundary` contracts.language.values.Boundary.
CREATE TABLE natural_forests (
    id text PRIMARY KEY,
    division text NOT NULL,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    body text NOT NULL,
    boundary text NOT NULL
);
CREATE INDEX natural_forests_of_division ON natural_forests (division);

-- What stations report; `body` is contracts.patrol.StationReport.
CREATE TABLE station_reports (
    id uuid PRIMARY KEY,
    post_id text NOT NULL,
    division text NOT NULL,
    on_day date NOT NULL,
    body text NOT NULL
);
CREATE INDEX station_reports_within ON station_reports (division text_pattern_ops, on_day);
