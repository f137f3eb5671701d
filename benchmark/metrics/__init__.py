"""Metrics: pure functions on arrays, and over each an mmengine metric that gathers over processes."""
