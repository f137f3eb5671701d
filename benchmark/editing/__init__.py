"""From a method's name to edits on disk."""
