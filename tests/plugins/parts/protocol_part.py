"""A neighbour of the plug-in."""

LABEL = 1
