"""`benchmark.score_runs`: more metrics of finished runs, from their files alone, and their pages anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.python_api.arguments import PathName, load_plugins, names_of, paths_of, weights_of

if TYPE_CHECKING:
    from benchmark.config.evaluation_spec import EvaluationSpec
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.results.schema import Result
    from benchmark.runtime.processes import Processes
    from benchmark.runtime.progress import Reporter
    from benchmark.weights.locate import Weights


def score_runs(
    runs: PathName | Iterable[PathName],
    metrics: str | Iterable[str],
    *,
    weights: Mapping[str, PathName] | None = None,
    plugins: Iterable[PathName] = (),
    quiet: bool = False,
) -> list[Result]:
    """Score finished runs with more metrics, as `bench score RUNS --metrics` does: no edit, no training.

    The figures that are there are kept, and the runs' pages written anew.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        metrics: further metrics, beside those that the runs have.
        weights: files by id for metrics that need them, beside those in `$BENCH_WEIGHTS`.
        plugins: plug-ins to load first, files or modules, beside those that are installed.
        quiet: show no progress on stderr.

    Returns:
        The result of each run.

    Raises:
        InputError: if there are no runs, a metric is unknown, or a run is not finished, is not as it was written, or
            would lose a figure.

    Example:
        >>> import benchmark
        >>> (result,) = benchmark.score_runs("runs/rendered-faces/region-color", "psnr-region", quiet=True)
        >>> result.protocols["style-copy"].metrics["psnr-region"].n
        4
    """
    load_plugins(plugins)
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    cache = writable(cache_folder(), "cache folder")
    return score_finished(paths_of(runs), names_of(metrics), cache, Reporter(quiet=quiet), weights_of(weights))


def score_finished(
    patterns: Sequence[str],
    metrics: Sequence[str],
    cache: Path,
    reporter: Reporter,
    weights: Weights,
    processes: Processes | None = None,
) -> list[Result]:
    """Score the runs of folders and globs with more metrics.

    Args:
        patterns: as people write them.
        metrics: registered ones.
        cache: folder of everything that is cached.
        reporter: shows progress.
        weights: finds the weights files of metrics.
        processes: that score together, of which this is the first; None where this one is alone.

    Raises:
        InputError: as of `score_runs`.
    """
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.pipeline.run_all import write_run_pages
    from benchmark.results.find_results import result_files
    from benchmark.runs.lock import working_on
    from benchmark.runs.score_again import score_again

    contexts: dict[str, EvaluationContext] = {}

    def context_of(evaluation: EvaluationSpec) -> EvaluationContext:
        key = evaluation.model_dump_json(exclude={"protocols", "metrics"})
        return contexts.setdefault(key, EvaluationContext(evaluation, cache, reporter, weights, processes))

    results = []
    folders = [path.parent for path in result_files(patterns, option="")]
    for folder in folders:
        with working_on(folder, reporter):
            results.append(score_again(folder, metrics, context_of))
    write_run_pages(folders, reporter)
    return results
