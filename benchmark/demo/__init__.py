"""One page in the browser that edits a face with every method of finished runs at once."""
