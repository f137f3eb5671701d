"""Protocols: fixed tables of edit tasks, the same for every method."""
