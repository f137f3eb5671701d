"""Datasets of faces with masks and attributes, packed at the size of a run."""
