"""Judges: the networks that score edits, trained here on the train split alone."""
