"""Answers as they come back from raters: read, validated, rejected with a reason."""
