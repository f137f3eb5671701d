"""Masks painted in the colours of the target's regions."""
