"""Who holds posts from day to day, and who stands in."""
