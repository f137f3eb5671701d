"""Runs a metric's own code so that a metric that fails loses its own figure, with the reason, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmark.runtime.interruption import Interrupted
from benchmark.weights.resources import MetricUnavailable
from registry.errors import PluginError, plugin_boundary


@contextmanager
def metric_boundary(function: str, name: str, missing: dict[str, str]) -> Iterator[None]:
    """Note why a metric has no figure where the block, which calls a function of it, fails.

    Args:
        function: what is called, as messages name it: "Sharpness.measure".
        name: the metric's.
        missing: gets the reason under that name.
    """
    try:
        with plugin_boundary(function, MetricUnavailable, Interrupted):
            yield
    except (MetricUnavailable, PluginError) as reason:
        missing[name] = str(reason)
