"""Published weights files: found by their hash, fetched on request."""
