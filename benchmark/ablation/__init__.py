"""Ablation studies: variants of a method, run and set against it."""
