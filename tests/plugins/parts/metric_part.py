"""A neighbour of the plug-in."""

FIGURE = 1
