"""Raters' answers: read from files, validated, and rejected with a reason where they are not valid."""
