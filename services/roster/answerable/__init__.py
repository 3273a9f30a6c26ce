"""Who answers for a point."""
