"""Makes a run of edits that another program made, scores it and writes its page."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment, MethodSpec
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.exported_tasks import check_export
from benchmark.pipeline.run_all import write_run_pages
from benchmark.results.schema import Result
from benchmark.runs.choose_run import choose_run
from benchmark.runs.import_edits import Policies, import_edits
from benchmark.runs.lock import working_on
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from registry.cards import MethodCard


def import_and_score(
    card: MethodCard,
    edits: Path,
    evaluation: EvaluationSpec,
    runs: Path,
    cache: Path,
    reporter: Reporter,
    *,
    weights: Weights,
    policies: Policies,
    tasks: Path | None = None,
) -> Result:
    """Import edits of an evaluation's one protocol, and score them under all that the run has edits of.

    Args:
        card: of what made the edits, whose name `check_name` accepted.
        edits: a folder of images, or a file that names them.
        evaluation: under one protocol.
        runs: folder of all runs.
        cache: folder of everything that is cached.
        reporter: shows progress.
        weights: finds the weights files of metrics.
        policies: for other sizes, and for tasks without edits.
        tasks: the folder that the tasks were exported to, whose table is compared.

    Raises:
        InputError: if the tasks are others than were exported, or the edits do not answer them.
    """
    context = EvaluationContext(evaluation, cache, reporter, weights)
    if tasks is not None:
        check_export(tasks, context)
    folder = Experiment(method=MethodSpec(name=card.name), evaluation=evaluation).folder(runs)
    with working_on(folder, reporter):
        experiment = import_edits(card, edits, context, runs, policies)
        result = choose_run(experiment, context, runs).score()
    write_run_pages([folder], reporter)
    return result
