"""`bench score RUNS`: more metrics of finished runs, from their files alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.cli.plugins import load_plugins
from benchmark.cli.print_results import print_results
from benchmark.cli.resolve_flags import split_names
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.cli.options import RunOptions
    from benchmark.runtime.processes import Processes

_TAKEN = {"metrics", "weights_dir", "weights", "json", "plugin", "runs"}
"""Options of stage commands that finished runs go with; `--runs`, which they do not, is never empty."""


def score_again(patterns: list[str], options: RunOptions, processes: Processes | None) -> None:
    """Score finished runs with more metrics, by all processes there are, and print their results.

    Raises:
        InputError: if the options do not go together, a metric is unknown, or a run cannot be scored from its files.
    """
    stray = next((name for name, value in vars(options).items() if value and name not in _TAKEN), None)
    if stray is not None:
        flag = stray.strip("_").replace("_", "-")
        raise InputError(
            f"--{flag} belongs to scoring a method; RUNS are finished, with settings of their own: give one"
        )
    load_plugins(options.plugin)

    from benchmark.python_api.score_runs import score_finished
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    cache, weights = writable(cache_folder(), "cache folder"), options.find_weights()
    metrics = split_names(options.metrics or "")
    results = score_finished(patterns, metrics, cache, Reporter(), weights, processes)
    print_results(results, options.json)
