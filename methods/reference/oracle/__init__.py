"""The true edit."""
