"""Sweeps: many experiments as jobs of their own, so many at once, each logged, resumed and reported."""
