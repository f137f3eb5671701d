"""Statistics of comparisons: bootstrap over source faces and seeds, paired tests, Holm, win-rate ranks."""
