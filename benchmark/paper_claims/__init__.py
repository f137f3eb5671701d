"""What papers claim of methods, tested on the runs at hand."""
