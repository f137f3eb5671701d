"""Protocols: fixed tables of edit tasks that every method is asked to do."""
