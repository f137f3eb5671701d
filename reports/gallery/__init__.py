"""A gallery of every edit of every method: a page with its data and pictures in files beside it."""
