"""Functions of `import benchmark` beside those of `api.py`, and what they share."""
