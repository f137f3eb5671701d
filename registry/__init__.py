"""Names to things."""
