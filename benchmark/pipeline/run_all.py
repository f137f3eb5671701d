"""Runs experiments beside the reference methods and the real images, and writes their pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.caching.fingerprints import StageState
from benchmark.config.experiment import Experiment
from benchmark.config.presets import all_protocols
from benchmark.results.find_results import read_results
from benchmark.results.run_folder import RESULT
from benchmark.results.schema import Result
from benchmark.runs.leaderboard_pages import note_pages, pages_are_up_to_date, results_beside
from benchmark.runs.lock import working_on
from benchmark.runs.reference_runs import reference_runs
from benchmark.runs.up_to_date import finished_result
from benchmark.runtime.progress import Reporter
from benchmark.runtime.system_failures import sentence_of
from benchmark.weights.locate import Weights
from registry.errors import described

if TYPE_CHECKING:
    from benchmark.runtime.processes import Processes


def run_all(
    experiments: Sequence[Experiment],
    runs: Path,
    cache: Path,
    reporter: Reporter,
    *,
    weights: Weights,
    fresh: bool = False,
    keep_weights: bool = False,
    processes: Processes | None = None,
) -> list[Result]:
    """Run experiments of one evaluation, then the references, and write their leaderboard.

    What is finished already is only read.

    Args:
        experiments: differ in method, variant, options or seed.
        runs: folder of all runs.
        cache: folder of packed faces, judges and features.
        reporter: shows progress.
        weights: finds the weights files of metrics.
        fresh: begin the experiments anew; references are kept.
        keep_weights: go on with weights that other code trained, and say so in their results.
        processes: that train, edit and score together, of which this is the first; None where this one is alone.

    Returns:
        A result an experiment, then those of the reference methods and of the real images.
    """
    shared = all_protocols(experiments[0].evaluation)
    planned = [*experiments, *reference_runs(shared, experiments[0].method.name, runs)]
    anew = [fresh] * len(experiments) + [False] * (len(planned) - len(experiments))
    finished = [
        None if again else finished_result(experiment, runs, weights)
        for experiment, again in zip(planned, anew, strict=True)
    ]
    pages = runs / shared.dataset.name
    done = [result for result in finished if result is not None]
    state = StageState(pages)
    if state.damage is not None:
        reporter.say(f"{state.damage}; the pages are written anew")
    folders = [experiment.folder(runs) for experiment in planned]
    if len(done) == len(planned) and pages_are_up_to_date(pages, folders):
        reporter.say(f"{pages}: nothing to do, everything is finished")
        return done
    # imported here: a repeated command that has nothing to do must not wait for torch
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.runs.choose_run import choose_run
    from reports.leaderboard.write import PAGE_FORMATS, write_leaderboard

    context = EvaluationContext(shared, cache, reporter, weights, processes)
    results: list[Result] = []
    for experiment, result, again in zip(planned, finished, anew, strict=True):
        if result is None:
            with working_on(experiment.folder(runs), reporter):
                result = choose_run(experiment, context, runs, fresh=again, keep_weights=keep_weights).score()
        results.append(result)
    of_runs = write_run_pages(folders, reporter)
    found, errors = read_results(results_beside(pages))
    for error in errors:
        reporter.say(f"left out: {error}")
    with _failure_said(f"the leaderboard of {pages}", reporter):
        written = write_leaderboard(found, pages, allow_mixed=True, formats=PAGE_FORMATS, unusable=len(errors))
        for page in written:
            reporter.say(f"wrote {page}")
        note_pages(pages, [*written, *of_runs])
    return results


def write_run_pages(folders: Iterable[Path], reporter: Reporter) -> list[Path]:
    """Write the page of each run folder that has a result, and give those that could be written.

    A run's page shows edits of the reference runs beside it, so that it is written after them, not by the run itself.
    """
    # imported here: a report needs much, such as its drawing library
    from reports.run_page.write import write_run_page

    written = []
    for folder in folders:
        if (folder / RESULT).is_file():
            with _failure_said(f"the page of {folder}", reporter):
                written.append(write_run_page(folder))
                reporter.say(f"wrote {written[-1]}")
    return written


@contextmanager
def _failure_said(page: str, reporter: Reporter) -> Iterator[None]:
    """Say that a page could not be written, whatever the reason: it must not fail runs whose figures are done."""
    try:
        yield
    except Exception as error:
        reason = sentence_of(error) or described(error)
        reporter.say(f"{page} could not be written ({reason}); the results are not affected")
