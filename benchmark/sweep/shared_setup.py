"""What the experiments of a sweep share, as experiments that come first: packed faces, judges, the reference rows."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.caching.fingerprints import fingerprint
from benchmark.config.experiment import Experiment, Options, as_reference
from benchmark.config.presets import all_protocols
from registry.catalogue import METHOD_CARDS


def shared_experiments(experiments: Sequence[Experiment]) -> list[Experiment]:
    """A reference method's experiment for each setting (dataset, judges, sizes) among the experiments.

    To run one is to run every reference method and the real images, and so to pack the faces and train the judges. Its
    protocols are those of all the setting's experiments together: each method names only those that it takes part in.
    """
    name = next(entry.card.name for entry in METHOD_CARDS if entry.card.kind == "reference")
    found: dict[str, Experiment] = {}
    for each in experiments:
        alike = as_reference(all_protocols(each), name)
        key = setting_key(each)
        protocols: dict[str, Options] = {**alike.protocols}
        if key in found:
            protocols = {**found[key].protocols, **each.protocols}
        found[key] = alike.model_copy(update={"protocols": protocols})
    return list(found.values())


def setting_key(experiment: Experiment) -> str:
    """Hash of what the experiments of one setting have in common."""
    own = {"method", "variant", "options", "seed", "protocols", "checkpoint", "network", "tensorboard"}
    return fingerprint(experiment.model_dump(mode="json", exclude=own))
