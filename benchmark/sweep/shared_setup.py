"""What the experiments of a sweep share, as experiments that come first: packed faces, judges, the reference rows."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.caching.fingerprints import fingerprint
from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment
from benchmark.config.presets import all_protocols
from benchmark.config.references import default_references, reference_experiment


def shared_experiments(experiments: Sequence[Experiment]) -> list[Experiment]:
    """A reference method's experiment for each evaluation (dataset, judges, sizes) among the experiments.

    To run one is to run every reference method and the real images, and so to pack the faces and train the judges. Its
    protocols are those of all its experiments together: each method names only those that it takes part in.
    """
    found: dict[str, EvaluationSpec] = {}
    for experiment in experiments:
        evaluation, key = experiment.evaluation, evaluation_key(experiment)
        if key not in found:
            found[key] = all_protocols(evaluation)
        protocols = {**found[key].protocols, **evaluation.protocols}
        found[key] = evaluation.model_copy(update={"protocols": protocols})
    return [reference_experiment(evaluation, default_references(evaluation)[0]) for evaluation in found.values()]


def evaluation_key(experiment: Experiment) -> str:
    """Hash of what the experiments of one evaluation have in common, which is all of it but their protocols."""
    return fingerprint(experiment.evaluation.model_dump(mode="json", exclude={"protocols"}))
