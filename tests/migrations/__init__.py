"""Whether the release before can live with what a migration makes of its tables."""
