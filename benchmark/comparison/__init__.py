"""Two methods against each other, metric by metric."""
