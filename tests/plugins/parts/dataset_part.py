"""A neighbour of the plug-in."""

DIVISOR = 1
