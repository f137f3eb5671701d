"""Tones."""

TONE = 0.5
