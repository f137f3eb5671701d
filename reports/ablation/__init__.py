"""The report of an ablation study in five formats."""
