"""A run's own page."""
