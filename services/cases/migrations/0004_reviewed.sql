-- Which cases a review looked at.
CREATE TABLE reviewed (
    case_id uuid NOT NULL,
    review_id uuid NOT NULL,
    PRIMARY KEY (case_id, review_id)
);
