"""People judge edits: a study drawn from runs, its answers read back, and what they say."""
