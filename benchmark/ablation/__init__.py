"""Ablation studies: one experiment expanded to its cells, and the file that says what was run."""
