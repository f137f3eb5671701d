"""One run: train, edit, score, and what is written beside its result."""
