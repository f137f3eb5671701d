"""`bench score RUNS`: more metrics of finished runs, from their files alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.cli.plugins import load_plugins
from benchmark.cli.print_results import print_results
from benchmark.cli.resolve_flags import split_names
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.cli.options import RunOptions
    from benchmark.config.evaluation_spec import EvaluationSpec
    from benchmark.evaluation.context import EvaluationContext

_TAKEN = {"metrics", "weights_dir", "weights", "json", "plugin", "runs"}
"""Options of stage commands that finished runs go with; `--runs`, which they do not, is never empty."""


def score_again(patterns: list[str], options: RunOptions) -> None:
    """Score finished runs with more metrics, and print their results.

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

    from benchmark.evaluation.context import EvaluationContext
    from benchmark.pipeline.run_all import write_run_pages
    from benchmark.results.find_results import result_files
    from benchmark.runs.lock import working_on
    from benchmark.runs.score_again import score_again as scored_again
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    reporter, cache, weights = Reporter(), writable(cache_folder(), "cache folder"), options.find_weights()
    contexts: dict[str, EvaluationContext] = {}

    def context_of(evaluation: EvaluationSpec) -> EvaluationContext:
        key = evaluation.model_dump_json(exclude={"protocols", "metrics"})
        return contexts.setdefault(key, EvaluationContext(evaluation, cache, reporter, weights))

    results = []
    runs = [path.parent for path in result_files(patterns, option="")]
    for run in runs:
        with working_on(run, reporter):
            results.append(scored_again(run, split_names(options.metrics or ""), context_of))
    write_run_pages(runs, reporter)
    print_results(results, options.json)
