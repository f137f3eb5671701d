"""Building blocks that several methods share: one idea a file."""
