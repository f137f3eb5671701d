"""Scores: of a run's edits, of a folder of images, of images against masks."""
