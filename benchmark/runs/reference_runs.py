"""The runs that stand beside every method's: of the reference methods and of the real images."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment, real_experiment
from benchmark.config.references import default_references, reference_experiment
from benchmark.config.sources import read_config
from benchmark.results.run_folder import EXPERIMENT
from registry.catalogue import PROTOCOL_CARDS
from registry.errors import InputError


def reference_runs(shared: EvaluationSpec, method: str, runs: Path) -> list[Experiment]:
    """The reference methods and the real images, under every protocol, so that no table lacks their rows.

    Args:
        shared: the evaluation of the comparison.
        method: which is run by itself, and so left out.
        runs: folder of all runs.
    """
    references = [reference_experiment(shared, card) for card in default_references(shared) if card.name != method]
    return [_with_earlier_protocols(experiment, runs) for experiment in (*references, real_experiment(shared))]


def _with_earlier_protocols(experiment: Experiment, runs: Path) -> Experiment:
    """The experiment under the protocols too that it was scored under before, so that their tables keep its row."""
    path = experiment.folder(runs) / EXPERIMENT
    try:
        earlier = read_config(path).content if path.is_file() else {}
    except InputError:  # a file that is not as it was written is written anew
        return experiment
    settings = experiment.settings()
    if any(earlier.get(key) != settings[key] for key in settings if key not in ("protocols", "metrics")):
        return experiment
    protocols = earlier.get("protocols") or {}
    still_known = {name: options for name, options in protocols.items() if name in PROTOCOL_CARDS}
    evaluation = experiment.evaluation
    kept = evaluation.model_copy(update={"protocols": {**still_known, **evaluation.protocols}})
    return experiment.model_copy(update={"evaluation": kept})
