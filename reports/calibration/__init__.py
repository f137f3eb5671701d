"""What each metric sees of each degradation, as pages."""
